"""The metrics of every report, from a single pass over the validation images."""

from dataclasses import dataclass

import torch
from torch import Tensor

from lstnet_search.config.metrics import accuracy_name
from lstnet_search.domains import DomainPair
from lstnet_search.evaluation import criteria
from lstnet_search.evaluation.accuracy import accuracies, confusion
from lstnet_search.evaluation.inference import (
    BATCH_SIZE,
    TranslatesImages,
    classifier_logits,
    evaluation_mode,
    features_and_logits,
    floats_in_batches,
    in_batches,
    labeller_outputs,
)
from lstnet_search.evaluation.permutation import Permutation, find_permutation
from lstnet_search.methods.labeller import Labeller
from lstnet_search.methods.resizing import Resizing
from lstnet_search.models.classifier import Classifiers

ROUND_TRIPS = 500
"""Maximum number of images per domain that are also translated back, because that costs as much as the translation."""


@dataclass(frozen=True)
class Outputs:
    """The results of one pass over the n images of a domain.

    Attributes:
        features: last hidden features, (n, D), of the other domain's classifier or of a labeller.
        logits: logits of the same network, (n, K).
        translated: the translated images, (n, C, S, S) in [-1, 1], or None for a labeller.
    """

    features: Tensor
    logits: Tensor
    translated: Tensor | None = None


class Evaluator:
    """Measures a network on validation images in both directions.

    A translator's images are labelled by the other domain's classifier; a labeller labels images itself. Everything
    that the evaluator holds is on one device, and the network must be on the same device.

    Attributes:
        confusions: confusion matrices of the last evaluation, (K, K) int64, true × predicted class, for each direction
            whose images have labels.
        permutations: permutations of classes in the last evaluation, for each direction whose target has a classifier.
        resized_labels: predictions for each domain's images after plain resizing, (n,).
    """

    def __init__(
        self,
        pair: DomainPair,
        classifiers: Classifiers,
        batch_size: int = BATCH_SIZE,
        resized_labels: tuple[Tensor, Tensor] | None = None,
    ) -> None:
        """Store what all evaluations share.

        Args:
            pair: validation images, which are converted to floats batch by batch.
            classifiers: classifiers of `a` and `b`, in evaluation mode. Only directions whose target has a classifier
                are measured.
            batch_size: number of images to translate at once. No result depends on it.
            resized_labels: the attribute of another evaluator with equal arguments, or None to compute it.
        """
        self.confusions: dict[str, Tensor] = {}
        self.permutations: dict[str, Permutation] = {}
        self._domains = (pair.a, pair.b)
        self._directions = pair.directions
        self._classifiers = classifiers
        self._batch_size = batch_size
        self.resized_labels = resized_labels or self._label_resized(Resizing(pair))

    def __call__(self, network: TranslatesImages | Labeller) -> dict[str, float]:
        """Measure a network.

        Returns:
            For each direction that can be measured and that a labeller was trained for:
            `val_accuracy_<direction>` in [0, 1] if its images have labels; the label-free criteria, with `round_trip`
            only if the target's images have labels; and `permuted_share_<direction>`, the gain of the best permutation
            of classes.
        """
        self.confusions, self.permutations = {}, {}
        sources = network.sources if isinstance(network, Labeller) else (0, 1)
        outputs = {source: self.outputs(network, source) for source in sources}
        metrics: dict[str, float] = {}
        for source, there in outputs.items():
            direction, target, labels = self._directions[source], 1 - source, self._domains[source].labels
            if self._classifiers[target] is None:
                continue
            if labels is not None:
                self.confusions[direction] = confusion(there.logits, labels)
            table = confusion(there.logits, self.resized_labels[source])
            self.permutations[direction] = permutation = find_permutation(table)
            measured = label_free_criteria(there, self._domains[target].classes)
            if not isinstance(network, Labeller):
                measured |= self._round_trip(network, target, outputs[target].translated)
            measured |= {"agreement": criteria.agreement(table), "permuted_share": permutation.share}
            metrics |= {f"{name}_{direction}": value for name, value in measured.items()}
        return accuracies({accuracy_name(name): counts for name, counts in self.confusions.items()}) | metrics

    def swaps(self, alike: bool) -> dict[str, Permutation]:
        """Permutations of classes in the last evaluation, for each direction where they can be determined.

        With labels, they are permutations of the true classes. Without labels, they are relative to plain resizing,
        which is meaningful only if the domains' images are alike (see `methods.anchor`).

        Args:
            alike: whether the domains' images are alike.
        """
        relative = self.permutations if alike else {}
        return relative | {name: find_permutation(counts) for name, counts in self.confusions.items()}

    def outputs(self, network: TranslatesImages | Labeller, source: int) -> Outputs:
        """Translate and classify the images of `source`. Without a classifier, features and logits are undefined."""
        if isinstance(network, Labeller):
            return Outputs(*labeller_outputs(network, self._domains[source].images, source, self._batch_size))
        classifier, translator = self._classifiers[1 - source], network

        def there(images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            translated = translator.translate(images, source)
            if classifier is None:
                undefined = translated.new_empty(len(images), 1)
                return undefined, undefined, translated
            return *features_and_logits(classifier, translated), translated

        with evaluation_mode(translator):
            return Outputs(*in_batches(there, self._domains[source].images, self._batch_size))

    def _label_resized(self, resizing: Resizing) -> tuple[Tensor, Tensor]:
        return self.outputs(resizing, 0).logits.argmax(1), self.outputs(resizing, 1).logits.argmax(1)

    def _round_trip(self, translator: TranslatesImages, source: int, translated: Tensor | None) -> dict[str, float]:
        """The round-trip criterion for images of `source`, given their translations."""
        classifier, labels = self._classifiers[source], self._domains[source].labels
        if classifier is None or labels is None or translated is None:
            return {}
        chosen = _random_subset(len(labels), ROUND_TRIPS).to(labels.device)

        def back(images: Tensor) -> tuple[Tensor]:
            return (classifier_logits(classifier, translator.translate(images, 1 - source)),)

        with evaluation_mode(translator):
            (logits,) = floats_in_batches(back, translated[chosen], self._batch_size)
        return {"round_trip": criteria.round_trip(logits, labels[chosen])}


def label_free_criteria(outputs: Outputs, classes: int) -> dict[str, float]:
    """The criteria that depend only on features and logits of translated images, by name."""
    probabilities = outputs.logits.double().softmax(1)
    named = {"neg_entropy": criteria.neg_entropy(probabilities)}
    if not outputs.logits.isfinite().all():  # neg_entropy is then NaN, from which the training sees that it diverged
        return named
    chosen = _random_subset(len(probabilities), criteria.MATRIX_ROWS).to(probabilities.device)
    return named | {
        "infomax": criteria.infomax(probabilities),
        "bnm": criteria.bnm(probabilities),
        "snd": criteria.snd(probabilities[chosen].float()),  # float32 takes half the time of double precision
        "class_ami": criteria.class_ami(outputs.features, outputs.logits.argmax(1), classes),
    }


def _random_subset(count: int, limit: int) -> Tensor:
    """Indices of at most `limit` of `count` images, the same ones every time."""
    return torch.randperm(count, generator=torch.Generator().manual_seed(0))[:limit]
