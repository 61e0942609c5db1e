"""Accuracies: how often a classifier labels images as they are labelled."""

import torch
from torch import Tensor

from lstnet_search.domains import Domain, DomainPair
from lstnet_search.evaluation.inference import BATCH_SIZE, TranslatesImages, evaluation_mode, in_batches, labelled
from lstnet_search.models.classifier import Classifier, Classifiers


def round_trip_accuracy(
    translator: TranslatesImages,
    pair: DomainPair,
    classifiers: Classifiers,
    batch_size: int = BATCH_SIZE,
) -> dict[str, float]:
    """Share of images that their own classifier labels right once translated there and back.

    Args:
        translator: on the device of all else.
        pair: images.
        classifiers: of `a` and `b`, in evaluation mode.
        batch_size: images translated at once; the result does not depend on it.

    Returns:
        In [0, 1], as `round_trip_accuracy_<domain>`, of each domain that has labels.
    """

    def logits(source: int, domain: Domain, classifier: Classifier) -> Tensor:
        def there_and_back(images: Tensor) -> tuple[Tensor]:
            there = translator.translate(images, source)
            return (labelled(classifier, translator.translate(there, 1 - source)),)

        return in_batches(there_and_back, domain.images, batch_size)[0]

    with evaluation_mode(translator):
        return shares_right(
            {
                f"round_trip_accuracy_{domain.name}": confusion(logits(source, domain, classifier), domain.labels)
                for source, (domain, classifier) in enumerate(zip(pair, classifiers, strict=True))
                if classifier is not None and domain.labels is not None
            }
        )


def translation_accuracy(
    translator: TranslatesImages,
    pair: DomainPair,
    classifiers: Classifiers,
    batch_size: int = BATCH_SIZE,
) -> dict[str, float]:
    """Share of images that the other domain's classifier labels right once translated.

    Args:
        translator: on the device of all else.
        pair: images.
        classifiers: of `a` and `b`, in evaluation mode.
        batch_size: images translated at once; the result does not depend on it.

    Returns:
        In [0, 1], by direction, of each whose images are labelled and whose target has a classifier.
    """

    def logits(source: int, domain: Domain, classifier: Classifier) -> Tensor:
        def there(images: Tensor) -> tuple[Tensor]:
            return (labelled(classifier, translator.translate(images, source)),)

        return in_batches(there, domain.images, batch_size)[0]

    with evaluation_mode(translator):
        return shares_right(
            {
                direction: confusion(logits(source, domain, classifier), domain.labels)
                for source, (direction, domain, classifier) in enumerate(
                    zip(pair.directions, pair, reversed(classifiers), strict=True)
                )
                if classifier is not None and domain.labels is not None
            }
        )


def confusion(logits: Tensor, labels: Tensor) -> Tensor:
    """How often each class (row) is given each label (column): (K, K) int64.

    Args:
        logits: (n, K); the largest of a row is the label given.
        labels: the true ones, (n,), on the same device.
    """
    counts = torch.zeros(logits.shape[1], logits.shape[1], dtype=torch.int64, device=logits.device)
    return counts.index_put_((labels, logits.argmax(1)), torch.ones_like(labels), accumulate=True)


def shares_right(confusions: dict[str, Tensor]) -> dict[str, float]:
    """Share of the counts that lie on the diagonal, in [0, 1], by the name of each confusion."""
    if not confusions:
        return {}
    shares = [counts.diagonal().sum().double() / counts.sum() for counts in confusions.values()]
    return dict(zip(confusions, torch.stack(shares).tolist(), strict=True))  # the one wait for the device
