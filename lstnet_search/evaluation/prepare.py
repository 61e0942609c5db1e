"""What all trials of a search share: data, classifiers, baseline."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isnan, nan
from pathlib import Path

import torch
from torch import Tensor

from lstnet_search.config import TranslationConfig, TrialConfig
from lstnet_search.config.domain_names import parse_user_images
from lstnet_search.domains import Domain, DomainPair, load_pair, split
from lstnet_search.domains.checks import pair_warnings
from lstnet_search.errors import InputError
from lstnet_search.evaluation.accuracy import accuracies, confusion
from lstnet_search.evaluation.classifier_cache import cached_classifier, digest_of
from lstnet_search.evaluation.classifiers import ClassifierSettings
from lstnet_search.evaluation.evaluator import Evaluator
from lstnet_search.evaluation.inference import in_batches
from lstnet_search.io.cache_dir import default_cache_dir
from lstnet_search.methods.anchor import alike
from lstnet_search.methods.base import Problem
from lstnet_search.methods.resizing import Resizing
from lstnet_search.models import ImageShape
from lstnet_search.models.classifier import Classifier, Classifiers, copied_to


@dataclass(frozen=True)
class Prepared:
    """Data and classifiers of a search. Tensors and modules are on one device.

    Attributes:
        train: images for training.
        validation: images for evaluation.
        classifiers: classifiers of `a` and `b`, trained on `train`, in evaluation mode, or None without labels.
        classifier_accuracy: accuracy of each classifier on the validation images of its own domain, in [0, 1], or NaN
            without labels.
        image_means: mean training image value per channel of `a` and `b`, (C,) in [-1, 1] on the CPU.
        resized_labels: see `Evaluator`.
        baseline: metrics of plain resizing, named as by an `Evaluator`.
        fingerprint: fingerprint of both training sets before the split.
        alike: whether resized images of each domain resemble images of the other one; see `methods.anchor`.
    """

    train: DomainPair
    validation: DomainPair
    classifiers: Classifiers
    classifier_accuracy: tuple[float, float]
    image_means: tuple[Tensor, Tensor]
    resized_labels: tuple[Tensor, Tensor]
    baseline: dict[str, float]
    fingerprint: str
    alike: bool

    @property
    def directions(self) -> tuple[str, str]:
        """Names of both directions, `a` to `b` first."""
        return self.validation.directions

    @property
    def shapes(self) -> tuple[ImageShape, ImageShape]:
        """Image shapes of `a` and `b`."""
        a, b = self.train
        return ImageShape(a.channels, a.side), ImageShape(b.channels, b.side)

    @property
    def validation_images(self) -> dict[str, int]:
        """Number of validation images that each direction labels."""
        return {name: len(domain.images) for name, domain in zip(self.directions, self.validation, strict=True)}

    def problem(self, direction: str) -> Problem:
        """What a method knows about the data, if it is trained for the given direction (see `searched`)."""
        sources = tuple(self.directions.index(each) for each in self.searched(direction))
        return Problem(self.shapes, self.classes, sources, self.image_means, self.alike)

    @property
    def classes(self) -> int:
        """Number of classes, the same in both domains."""
        return self.train.a.classes

    @property
    def classifier_digests(self) -> dict[str, str]:
        """A short digest of each classifier's parameters, by domain name. Domains without labels have no classifier."""
        return {
            domain.name: digest_of(classifier.state_dict())[:16]
            for domain, classifier in zip(self.train, self.classifiers, strict=True)
            if classifier is not None
        }

    def searched(self, direction: str) -> tuple[str, ...]:
        """The directions that a search optimises.

        Args:
            direction: a direction's name, "both" for all that can be measured, or "pareto" for exactly both.

        Raises:
            InputError: if there is no such direction, or no classifier for its translations.
        """
        targets = zip(self.directions, reversed(self.classifiers), strict=True)
        measured = tuple(name for name, classifier in targets if classifier is not None)
        means = ("both", "pareto") if len(measured) == 2 else ("both",)
        if direction in means:
            return measured
        if direction not in measured:
            reason = "" if len(measured) == 2 else " (the target of the other direction has no labels)"
            allowed = ", ".join((*measured, *means))
            raise InputError(f"direction={direction!r} must be one of {allowed}{reason}; change --direction")
        return (direction,)

    def to(self, device: torch.device) -> "Prepared":
        """A copy on another device. The original stays where it is."""
        labels_a, labels_b = (each.to(device) for each in self.resized_labels)
        return replace(
            self,
            train=self.train.to(device),
            validation=self.validation.to(device),
            classifiers=copied_to(self.classifiers, device),
            resized_labels=(labels_a, labels_b),
        )


def prepare(
    config: TrialConfig,
    data_dir: Path,
    device: torch.device,
    cache_dir: Path | None = None,
    progress: Callable[[str], None] = lambda message: None,
) -> Prepared:
    """Read and split both domains, and train their classifiers or take them from the cache.

    Args:
        config: only its `domains`, `data`, `reading`, `validation_fraction`, `split_seed` and settings of
            classifiers matter.
        data_dir: folder of the full data.
        device: where to put everything.
        cache_dir: where to cache classifiers, or None for `default_cache_dir("classifiers")`.
        progress: receives a line of text about each step.

    Raises:
        InputError: if images are missing, damaged or too few.
    """
    which = "" if all(map(parse_user_images, config.domains)) else f" ({config.data})"
    progress(f"reading {' and '.join(config.domains)}{which}")
    whole = load_pair(config.domains, config.data, data_dir, "train", config.reading)
    for remark in (*whole.a.remarks, *whole.b.remarks):
        progress(remark)
    return prepare_pair(whole, config, device, cache_dir or default_cache_dir("classifiers"), progress)


def prepare_pair(
    whole: DomainPair,
    config: TrialConfig,
    device: torch.device,
    cache_dir: Path,
    progress: Callable[[str], None] = lambda message: None,
) -> Prepared:
    """Like `prepare`, but for images that have already been read. One of the domains may have no labels.

    Raises:
        InputError: if neither domain has labels, or there are too few images.
    """
    if whole.a.labels is None and whole.b.labels is None:
        raise InputError(f"neither {whole.a.name} nor {whole.b.name} has labels; give labels for at least one of them")
    (train_a, validation_a), (train_b, validation_b) = (
        split(domain, config.validation_fraction, config.split_seed) for domain in whole
    )
    validation = DomainPair(validation_a, validation_b).to(device)

    def classifier_of(training: Domain) -> Classifier | None:
        if training.labels is None:
            progress(f"{training.name} has no labels, so it gets no classifier")
            return None
        progress(f"classifier of {training.name}: read from the cache, or trained now")
        return cached_classifier(training, ClassifierSettings.of(config), config.split_seed, device, cache_dir)

    classifiers = classifier_of(train_a), classifier_of(train_b)
    own = own_accuracy(classifiers[0], validation.a), own_accuracy(classifiers[1], validation.b)
    for domain, value in zip(whole, own, strict=True):
        if not isnan(value):
            progress(f"classifier of {domain.name}: validation accuracy {value:.2%}")
    for warning in pair_warnings(DomainPair(train_a, train_b), validation):
        progress(warning)
    resembling = alike(DomainPair(train_a, train_b))
    if isinstance(config, TranslationConfig) and config.anchor > 0 and not (resembling or config.anchor_unlike):
        progress(
            f"resized images of {train_a.name} and {train_b.name} do not resemble each other, so trainings start "
            "without an anchor"
        )
    evaluator = Evaluator(validation, classifiers)
    return Prepared(
        train=DomainPair(train_a, train_b).to(device),
        validation=validation,
        classifiers=classifiers,
        classifier_accuracy=own,
        image_means=(train_a.channel_means(), train_b.channel_means()),
        resized_labels=evaluator.resized_labels,
        baseline=evaluator(Resizing(validation)),
        fingerprint=whole.fingerprint,
        alike=resembling,
    )


def own_accuracy(classifier: Classifier | None, domain: Domain) -> float:
    """Accuracy of a domain's own classifier on its images, in [0, 1], or NaN without a classifier or labels."""
    if classifier is None or domain.labels is None:
        return nan
    (logits,) = in_batches(lambda images: (classifier(images),), domain.images)
    return accuracies({domain.name: confusion(logits, domain.labels)})[domain.name]
