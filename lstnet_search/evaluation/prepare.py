"""What every trial of a search shares: data, classifiers, baseline."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from math import isnan, nan
from pathlib import Path

import torch
from torch import Tensor

from lstnet_search.config import TrialConfig
from lstnet_search.config.domain_names import own_images
from lstnet_search.domains import Domain, DomainPair, load_pair, split
from lstnet_search.errors import InputError
from lstnet_search.evaluation.accuracy import confusion, shares_right
from lstnet_search.evaluation.classifier_cache import cached_classifier, default_cache_dir
from lstnet_search.evaluation.classifiers import ClassifierSettings
from lstnet_search.evaluation.evaluator import Evaluator
from lstnet_search.evaluation.inference import in_batches
from lstnet_search.methods.base import Problem
from lstnet_search.methods.resizing import Resizing
from lstnet_search.models import ImageShape
from lstnet_search.models.classifier import Classifier, Classifiers

DEFAULT_SETTINGS = ClassifierSettings()


@dataclass(frozen=True)
class Prepared:
    """Tensors and modules on one device, and numbers.

    Attributes:
        train: what translators are trained on.
        validation: what they are evaluated on.
        classifiers: of `a` and `b`, trained on `train`, in evaluation mode; None for a domain without labels.
        classifier_accuracy: of each on the validation part of its own domain, in [0, 1]; NaN without labels.
        image_means: of the training images, (C,) in [-1, 1] on the CPU, of `a` and `b`.
        resized_labels: see `Evaluator`.
        baseline: what plain resizing reaches, by the names of an `Evaluator`.
        fingerprint: of both training sets, before they were split.
    """

    train: DomainPair
    validation: DomainPair
    classifiers: Classifiers
    classifier_accuracy: tuple[float, float]
    image_means: tuple[Tensor, Tensor]
    resized_labels: tuple[Tensor, Tensor]
    baseline: dict[str, float]
    fingerprint: str

    @property
    def directions(self) -> tuple[str, str]:
        """Names of both directions, of `a` to `b` first."""
        return self.validation.directions

    @property
    def shapes(self) -> tuple[ImageShape, ImageShape]:
        """Of the images of `a` and `b`."""
        a, b = self.train
        return ImageShape(a.channels, a.side), ImageShape(b.channels, b.side)

    def problem(self, direction: str) -> Problem:
        """What a method is told of the data when a direction is searched; see `searched`."""
        sources = tuple(self.directions.index(each) for each in self.searched(direction))
        return Problem(self.shapes, self.classes, sources, self.image_means)

    @property
    def classes(self) -> int:
        """Number of classes, the same in both domains."""
        return self.train.a.classes

    def searched(self, direction: str) -> tuple[str, ...]:
        """The directions that a search looks at: one, by "both" all that can be measured, by "pareto" both.

        Raises:
            InputError: if there is no such direction, or nobody could label its translations.
        """
        targets = zip(self.directions, reversed(self.classifiers), strict=True)
        measured = tuple(name for name, classifier in targets if classifier is not None)
        means = ("both", "pareto") if len(measured) == 2 else ("both",)
        if direction in means:
            return measured
        if direction not in measured:
            reason = "" if len(measured) == 2 else " (the other one leads to a domain without labels)"
            allowed = ", ".join((*measured, *means))
            raise InputError(f"direction={direction!r} must be one of {allowed}{reason}; change --direction")
        return (direction,)

    def to(self, device: torch.device) -> "Prepared":
        """The same on another device; this one stays where it is."""
        classifier_a, classifier_b = (None if each is None else deepcopy(each).to(device) for each in self.classifiers)
        labels_a, labels_b = (each.to(device) for each in self.resized_labels)
        return replace(
            self,
            train=self.train.to(device),
            validation=self.validation.to(device),
            classifiers=(classifier_a, classifier_b),
            resized_labels=(labels_a, labels_b),
        )


def prepare(
    config: TrialConfig,
    data_dir: Path,
    device: torch.device,
    cache_dir: Path | None = None,
    progress: Callable[[str], None] = lambda message: None,
    settings: ClassifierSettings = DEFAULT_SETTINGS,
) -> Prepared:
    """Read and split both domains, and train their classifiers or find them in the cache.

    Args:
        config: its `domains`, `data`, `validation_fraction` and `split_seed` decide.
        data_dir: of the full data.
        device: where all of it will be.
        cache_dir: where classifiers are kept; `default_cache_dir()` if None.
        progress: told what begins and what came out, a sentence a call.
        settings: of the classifiers.

    Raises:
        InputError: if the data are missing, damaged or too few.
    """
    which = "" if all(map(own_images, config.domains)) else f" ({config.data})"
    progress(f"reading {' and '.join(config.domains)}{which}")
    whole = load_pair(config.domains, config.data, data_dir, "train", skip_bad=config.skip_bad)
    for remark in (*whole.a.remarks, *whole.b.remarks):
        progress(remark)
    return prepare_pair(whole, config, device, cache_dir or default_cache_dir(), progress, settings)


def prepare_pair(
    whole: DomainPair,
    config: TrialConfig,
    device: torch.device,
    cache_dir: Path,
    progress: Callable[[str], None] = lambda message: None,
    settings: ClassifierSettings = DEFAULT_SETTINGS,
) -> Prepared:
    """As `prepare`, of images that are at hand; one of the domains may have no labels.

    Raises:
        InputError: if neither has any, or there are too few images.
    """
    if whole.a.labels is None and whole.b.labels is None:
        raise InputError(f"neither {whole.a.name} nor {whole.b.name} has labels; give labels of one of them")
    (train_a, validation_a), (train_b, validation_b) = (
        split(domain, config.validation_fraction, config.split_seed) for domain in whole
    )
    validation = DomainPair(validation_a, validation_b).to(device)

    def classifier_of(training: Domain) -> Classifier | None:
        if training.labels is None:
            progress(f"{training.name} has no labels, so no classifier")
            return None
        progress(f"classifier of {training.name}: read from the cache, or trained once")
        return cached_classifier(training, settings, config.split_seed, device, cache_dir)

    classifiers = classifier_of(train_a), classifier_of(train_b)
    accuracies = own_accuracy(classifiers[0], validation.a), own_accuracy(classifiers[1], validation.b)
    for domain, value in zip(whole, accuracies, strict=True):
        if not isnan(value):
            progress(f"classifier of {domain.name}: labels {value:.2%} of its validation images right")
    evaluator = Evaluator(validation, classifiers)
    return Prepared(
        train=DomainPair(train_a, train_b).to(device),
        validation=validation,
        classifiers=classifiers,
        classifier_accuracy=accuracies,
        image_means=(train_a.channel_means(), train_b.channel_means()),
        resized_labels=evaluator.resized_labels,
        baseline=evaluator(Resizing(validation)),
        fingerprint=whole.fingerprint,
    )


def own_accuracy(classifier: Classifier | None, domain: Domain) -> float:
    """Share of a domain's labelled images that its own classifier labels right, in [0, 1]; NaN without either."""
    if classifier is None or domain.labels is None:
        return nan
    (logits,) = in_batches(lambda images: (classifier(images),), domain.images)
    return shares_right({domain.name: confusion(logits, domain.labels)})[domain.name]
