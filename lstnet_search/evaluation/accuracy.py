"""Accuracies of a translator: how often a classifier labels translated images as they are labelled."""

import torch
from torch import Tensor

from lstnet_search.config import InputError
from lstnet_search.domains import Domain, DomainPair
from lstnet_search.evaluation.inference import BATCH_SIZE, TranslatesImages, evaluation_mode, in_batches, labelled
from lstnet_search.models.classifier import Classifier

TARGET = "target_accuracy"
"""Name of the value that a search maximises."""


class Evaluator:
    """Translates validation images both ways and has the classifiers label them.

    All that it holds lives on one device, which the translator must share.

    Attributes:
        confusions: of the last evaluation, by direction: (K, K) int64, true class × label given.
    """

    def __init__(
        self,
        pair: DomainPair,
        classifier_a: Classifier,
        classifier_b: Classifier,
        batch_size: int = BATCH_SIZE,
    ) -> None:
        """Hold what stays the same from report to report.

        Args:
            pair: labelled validation images, which become floats a batch at a time.
            classifier_a: of the pair's `a`, in evaluation mode.
            classifier_b: of the pair's `b`, in evaluation mode.
            batch_size: images translated at once; no result depends on it.

        Raises:
            InputError: if a domain has no labels.
        """
        self.confusions: dict[str, Tensor] = {}
        self._domains = (pair.a, pair.b)
        self._labels = tuple(known_labels(domain) for domain in pair)
        self._directions = pair.directions
        self._classifiers = (classifier_a, classifier_b)
        self._batch_size = batch_size

    def __call__(self, translator: TranslatesImages) -> dict[str, float]:
        """Accuracy of each direction, in [0, 1], as `val_accuracy_<direction>`."""
        self.confusions = {
            direction: confusion(self.logits(translator, source), self._labels[source])
            for source, direction in enumerate(self._directions)
        }
        return shares_right({metric_name(name): counts for name, counts in self.confusions.items()})

    def logits(self, translator: TranslatesImages, source: int) -> Tensor:
        """What the other domain's classifier makes of the translated images of `source`, (n, K)."""
        classifier = self._classifiers[1 - source]
        with evaluation_mode(translator):
            return in_batches(
                lambda images: labelled(classifier, translator.translate(images, source)),
                self._domains[source].images,
                self._batch_size,
            )


def round_trip_accuracy(
    translator: TranslatesImages,
    pair: DomainPair,
    classifiers: tuple[Classifier, Classifier],
    batch_size: int = BATCH_SIZE,
) -> dict[str, float]:
    """Share of images that their own classifier labels right once translated there and back.

    Args:
        translator: on the device of all else.
        pair: labelled images.
        classifiers: of `a` and `b`, in evaluation mode.
        batch_size: images translated at once; the result does not depend on it.

    Returns:
        In [0, 1], as `round_trip_accuracy_<domain>`.

    Raises:
        InputError: if a domain has no labels.
    """

    def logits(source: int, domain: Domain) -> Tensor:
        def there_and_back(images: Tensor) -> Tensor:
            there = translator.translate(images, source)
            return labelled(classifiers[source], translator.translate(there, 1 - source))

        return in_batches(there_and_back, domain.images, batch_size)

    with evaluation_mode(translator):
        return shares_right(
            {
                f"round_trip_accuracy_{domain.name}": confusion(logits(source, domain), known_labels(domain))
                for source, domain in enumerate(pair)
            }
        )


def metric_name(direction: str) -> str:
    """The accuracy's name in a report, of a direction as `DomainPair.directions` has it."""
    return f"val_accuracy_{direction}"


def target_accuracy(metrics: dict[str, float], direction: str, directions: tuple[str, str]) -> float:
    """The value that a search maximises.

    Args:
        metrics: what an `Evaluator` gave.
        direction: one of `directions`, or "both" or "pareto" for their mean.
        directions: of the pair.

    Raises:
        InputError: if there is no such direction.
    """
    if direction in ("both", "pareto"):
        return sum(metrics[metric_name(each)] for each in directions) / 2
    if direction not in directions:
        raise InputError(
            f"direction={direction!r} must be one of {', '.join(directions)}, both, pareto; change --direction"
        )
    return metrics[metric_name(direction)]


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
    shares = [counts.diagonal().sum().double() / counts.sum() for counts in confusions.values()]
    return dict(zip(confusions, torch.stack(shares).tolist(), strict=True))  # the one wait for the device


def known_labels(domain: Domain) -> Tensor:
    """The labels of a domain that must have them, (N,).

    Raises:
        InputError: if it has none.
    """
    if domain.labels is None:
        raise InputError(f"{domain.name} has no labels, without which no accuracy is known; give labels")
    return domain.labels
