"""What is measured of a translator at every report, from one pass over the validation images."""

from dataclasses import dataclass

import torch
from torch import Tensor

from lstnet_search.config.metrics import CRITERIA, TARGET, accuracy_name
from lstnet_search.domains import DomainPair
from lstnet_search.evaluation import criteria
from lstnet_search.evaluation.accuracy import confusion, shares_right
from lstnet_search.evaluation.inference import (
    BATCH_SIZE,
    TranslatesImages,
    evaluation_mode,
    features_and_logits,
    floats_in_batches,
    in_batches,
    labelled,
    labels_given,
)
from lstnet_search.evaluation.permutation import Permutation, find_permutation
from lstnet_search.methods.labeller import Labeller
from lstnet_search.methods.resizing import Resizing
from lstnet_search.models.classifier import Classifiers

ROUND_TRIPS = 500
"""Images of a domain at most that are sent back too, which costs as much as sending them there."""


@dataclass(frozen=True)
class Outputs:
    """What one pass over the n images of a domain gave.

    Attributes:
        features: last hidden ones, (n, D), by the other domain's classifier, or by a labeller.
        logits: of the labels given, (n, K).
        translated: the images as ones of the other domain, (n, C, S, S) in [-1, 1]; None of a labeller.
    """

    features: Tensor
    logits: Tensor
    translated: Tensor | None = None


class Evaluator:
    """Translates validation images both ways, has the classifiers label them, and measures.

    Instead of a translator it takes a labeller, which labels the images itself. All that it holds lives on one
    device, which the network must share.

    Attributes:
        confusions: of the last evaluation, by direction: (K, K) int64, true class × label given;
            of directions whose images are labelled.
        permutations: of the last evaluation, by direction, of directions that have a classifier.
        resized_labels: what each domain's images are labelled as after plain resizing, (n,).
    """

    def __init__(
        self,
        pair: DomainPair,
        classifiers: Classifiers,
        batch_size: int = BATCH_SIZE,
        resized_labels: tuple[Tensor, Tensor] | None = None,
    ) -> None:
        """Hold what stays the same from report to report.

        Args:
            pair: validation images, which become floats a batch at a time.
            classifiers: of the pair's `a` and `b`, in evaluation mode. A direction is measured if
                its target has one.
            batch_size: images translated at once; no result depends on it.
            resized_labels: what an evaluator of the same had under this name; None works them out.
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
            Of each direction that is measured and known to a labeller: `val_accuracy_<direction>`, in [0, 1], if its
            images are labelled; the label-free criteria, `round_trip` if the target's images are
            labelled; `permuted_share_<direction>`, what a permutation of classes would gain.
        """
        self.confusions, self.permutations = {}, {}
        known = network.sources if isinstance(network, Labeller) else (0, 1)
        passes = {source: self.outputs(network, source) for source in known}
        measured: dict[str, float] = {}
        for source, there in passes.items():
            direction, target, labels = self._directions[source], 1 - source, self._domains[source].labels
            if self._classifiers[target] is None:
                continue
            if labels is not None:
                self.confusions[direction] = confusion(there.logits, labels)
            table = confusion(there.logits, self.resized_labels[source])
            self.permutations[direction] = permutation = find_permutation(table)
            named = of_labels_given(there, self._domains[target].classes)
            if not isinstance(network, Labeller):
                named |= self._round_trip(network, target, passes[target].translated)
            named |= {"agreement": criteria.agreement(table), "permuted_share": permutation.share}
            measured |= {f"{name}_{direction}": value for name, value in named.items()}
        return shares_right({accuracy_name(name): counts for name, counts in self.confusions.items()}) | measured

    def outputs(self, network: TranslatesImages | Labeller, source: int) -> Outputs:
        """What a network, or the other classifier, if any, makes of the images of `source`, with their translations."""
        if isinstance(network, Labeller):
            return Outputs(*labels_given(network, self._domains[source].images, source, self._batch_size))
        classifier, translator = self._classifiers[1 - source], network

        def there(images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            translated = translator.translate(images, source)
            if classifier is None:
                nothing = translated.new_empty(len(images), 1)
                return nothing, nothing, translated
            return *features_and_logits(classifier, translated), translated

        with evaluation_mode(translator):
            return Outputs(*in_batches(there, self._domains[source].images, self._batch_size))

    def _label_resized(self, resizing: Resizing) -> tuple[Tensor, Tensor]:
        return self.outputs(resizing, 0).logits.argmax(1), self.outputs(resizing, 1).logits.argmax(1)

    def _round_trip(self, translator: TranslatesImages, source: int, translated: Tensor | None) -> dict[str, float]:
        """How well images of `source` that were translated are labelled once they are back."""
        classifier, labels = self._classifiers[source], self._domains[source].labels
        if classifier is None or labels is None or translated is None:
            return {}
        chosen = _some(len(labels), ROUND_TRIPS).to(labels.device)

        def back(images: Tensor) -> tuple[Tensor]:
            return (labelled(classifier, translator.translate(images, 1 - source)),)

        with evaluation_mode(translator):
            (logits,) = floats_in_batches(back, translated[chosen], self._batch_size)
        return {"round_trip": criteria.round_trip(logits, labels[chosen])}


def of_labels_given(outputs: Outputs, classes: int) -> dict[str, float]:
    """Criteria that look at nothing but what a classifier makes of translated images, by name."""
    probabilities = outputs.logits.double().softmax(1)
    named = {"neg_entropy": criteria.neg_entropy(probabilities)}
    if not outputs.logits.isfinite().all():  # diverged, which the training says of this NaN
        return named
    chosen = _some(len(probabilities), criteria.MATRIX_ROWS).to(probabilities.device)
    return named | {
        "infomax": criteria.infomax(probabilities),
        "bnm": criteria.bnm(probabilities),
        "snd": criteria.snd(probabilities[chosen].float()),  # half the time of doubles
        "class_ami": criteria.class_ami(outputs.features, outputs.logits.argmax(1), classes),
    }


def searched_means(metrics: dict[str, float], directions: tuple[str, ...]) -> dict[str, float]:
    """Means over the directions that are searched, of the oracle score and each criterion.

    Args:
        metrics: what an `Evaluator` gave.
        directions: at least one; a mean is taken only of what all of them have.

    Returns:
        `target_accuracy`, and the criteria under their names without a direction.
    """
    per_direction = {TARGET: [accuracy_name(each) for each in directions]}
    per_direction |= {name: [f"{name}_{each}" for each in directions] for name in CRITERIA}
    return {
        mean: sum(metrics[name] for name in names) / len(names)
        for mean, names in per_direction.items()
        if all(name in metrics for name in names)
    }


def _some(count: int, limit: int) -> Tensor:
    """Places of at most `limit` images of so many, drawn the same every time."""
    return torch.randperm(count, generator=torch.Generator().manual_seed(0))[:limit]
