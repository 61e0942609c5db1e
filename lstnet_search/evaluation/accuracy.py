"""Accuracies of classifiers on translated images, and of labellers."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from lstnet_search.domains import DomainPair
from lstnet_search.evaluation.inference import (
    TranslatesImages,
    classifier_logits,
    evaluation_mode,
    in_batches,
    labeller_outputs,
)
from lstnet_search.methods.labeller import Labeller
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

    def there_and_back(images: Tensor, source: int) -> Tensor:
        return translator.translate(translator.translate(images, source), 1 - source)

    names = tuple(f"round_trip_accuracy_{domain.name}" for domain in pair)
    with evaluation_mode(translator):
        return _accuracies_after(there_and_back, pair, names, classifiers)


def translation_accuracy(
    network: TranslatesImages | Labeller, pair: DomainPair, classifiers: Classifiers
) -> dict[str, float]:
    """Accuracy of the other domain's classifier on translated images, or of a labeller on the images themselves.

    Args:
        network: on the device of the images and classifiers.
        pair: images of both domains.
        classifiers: classifiers of `a` and `b`, in evaluation mode. A labeller needs none.

    Returns:
        Accuracies in [0, 1] by direction, for each direction whose images have labels and whose target has a
        classifier.
    """
    if isinstance(network, Labeller):
        return accuracies(
            {
                pair.directions[source]: confusion(labeller_outputs(network, domain.images, source)[1], domain.labels)
                for source, domain in enumerate(pair)
                if source in network.sources and domain.labels is not None
            }
        )
    with evaluation_mode(network):
        return _accuracies_after(network.translate, pair, pair.directions, classifiers[::-1])


def _accuracies_after(
    change: Callable[[Tensor, int], Tensor], pair: DomainPair, names: Sequence[str], classifiers: Classifiers
) -> dict[str, float]:
    """Accuracy of each domain's classifier on its changed images, for domains that have labels and a classifier."""
    confusions = {}
    for source, (name, domain, classifier) in enumerate(zip(names, pair, classifiers, strict=True)):
        if classifier is None or domain.labels is None:
            continue

        def logits(images: Tensor, source: int = source, classifier: Classifier = classifier) -> tuple[Tensor]:
            return (classifier_logits(classifier, change(images, source)),)

        confusions[name] = confusion(in_batches(logits, domain.images)[0], domain.labels)
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
