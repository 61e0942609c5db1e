"""Accuracies, and the accuracy of round trips."""

import torch
from torch import Tensor

from lstnet_search.domains import DomainPair
from lstnet_search.evaluation.inference import TranslatesImages, classifier_logits, evaluation_mode, in_batches
from lstnet_search.models.classifier import Classifier, Classifiers


def round_trip_accuracy(translator: TranslatesImages, pair: DomainPair, classifiers: Classifiers) -> dict[str, float]:
    """Accuracy of each domain's own classifier on images that were translated to the other domain and back.

    Args:
        translator: on the device of the images and classifiers.
        pair: images of both domains.
        classifiers: classifiers of `a` and `b`, in evaluation mode.

    Returns:
        Accuracies in [0, 1], named `round_trip_accuracy_<domain>`, for each domain with labels.
    """
    confusions = {}
    for source, (domain, classifier) in enumerate(zip(pair, classifiers, strict=True)):
        if classifier is None or domain.labels is None:
            continue

        def logits(images: Tensor, source: int = source, classifier: Classifier = classifier) -> tuple[Tensor]:
            back = translator.translate(translator.translate(images, source), 1 - source)
            return (classifier_logits(classifier, back),)

        with evaluation_mode(translator):
            (read,) = in_batches(logits, domain.images)
        confusions[f"round_trip_accuracy_{domain.name}"] = confusion(read, domain.labels)
    return accuracies(confusions)


def confusion(logits: Tensor, labels: Tensor) -> Tensor:
    """Confusion matrix, (K, K) int64: counts by true class (row) and predicted class (column).

    Args:
        logits: (n, K). The prediction is the class of the largest logit in a row.
        labels: true classes, (n,), on the same device.
    """
    counts = torch.zeros(logits.shape[1], logits.shape[1], dtype=torch.int64, device=logits.device)
    return counts.index_put_((labels, logits.argmax(1)), torch.ones_like(labels), accumulate=True)


def accuracies(confusions: dict[str, Tensor]) -> dict[str, float]:
    """Accuracy in [0, 1] of each confusion matrix, by name."""
    if not confusions:
        return {}
    shares = [counts.diagonal().sum().double() / counts.sum() for counts in confusions.values()]
    return dict(zip(confusions, torch.stack(shares).tolist(), strict=True))  # a single wait for the device
