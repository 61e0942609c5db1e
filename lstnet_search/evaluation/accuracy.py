"""Accuracies: how often a classifier labels images as they are labelled."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from lstnet_search.domains import DomainPair
from lstnet_search.evaluation.inference import TranslatesImages, evaluation_mode, in_batches, labelled, labels_given
from lstnet_search.methods.labeller import Labeller
from lstnet_search.models.classifier import Classifier, Classifiers


def round_trip_accuracy(translator: TranslatesImages, pair: DomainPair, classifiers: Classifiers) -> dict[str, float]:
    """Share of images that their own classifier labels right once translated there and back.

    Args:
        translator: on the device of all else.
        pair: images.
        classifiers: of `a` and `b`, in evaluation mode.

    Returns:
        In [0, 1], as `round_trip_accuracy_<domain>`, of each domain that has labels.
    """

    def there_and_back(images: Tensor, source: int) -> Tensor:
        return translator.translate(translator.translate(images, source), 1 - source)

    names = tuple(f"round_trip_accuracy_{domain.name}" for domain in pair)
    with evaluation_mode(translator):
        return _read(there_and_back, pair, names, classifiers)


def translation_accuracy(
    network: TranslatesImages | Labeller, pair: DomainPair, classifiers: Classifiers
) -> dict[str, float]:
    """Share of images that the other domain's classifier labels right once translated, or a labeller as they are.

    Args:
        network: on the device of all else.
        pair: images.
        classifiers: of `a` and `b`, in evaluation mode; a labeller needs none.

    Returns:
        In [0, 1], by direction, of each whose images are labelled and whose target has a classifier.
    """
    if isinstance(network, Labeller):
        return shares_right(
            {
                pair.directions[source]: confusion(labels_given(network, domain.images, source)[1], domain.labels)
                for source, domain in enumerate(pair)
                if source in network.sources and domain.labels is not None
            }
        )
    with evaluation_mode(network):
        return _read(network.translate, pair, pair.directions, classifiers[::-1])


def _read(
    change: Callable[[Tensor, int], Tensor], pair: DomainPair, names: Sequence[str], readers: Classifiers
) -> dict[str, float]:
    """Share of each domain's images, changed, that its reader labels right; of those with labels and a reader."""
    counts = {}
    for source, (name, domain, reader) in enumerate(zip(names, pair, readers, strict=True)):
        if reader is None or domain.labels is None:
            continue

        def logits(images: Tensor, source: int = source, reader: Classifier = reader) -> tuple[Tensor]:
            return (labelled(reader, change(images, source)),)

        counts[name] = confusion(in_batches(logits, domain.images)[0], domain.labels)
    return shares_right(counts)


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
