"""Training of classifiers: of a domain with labels, and of a domain whose labels are unknown."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor
from torch.nn import functional as F

from lstnet_search.config import TrialConfig
from lstnet_search.config.trial import CLASSIFIER_AUGMENTATIONS
from lstnet_search.domains import Augmentation, Domain
from lstnet_search.errors import InputError
from lstnet_search.models.classifier import Classifier
from lstnet_search.seeding import derive_seed

WIDE = Augmentation(**CLASSIFIER_AUGMENTATIONS["wide"])
RECIPE_VERSION = 3
"""Raise this when the network or its training changes: older cached classifiers are then no longer used."""


@dataclass(frozen=True)
class ClassifierSettings:
    """How a classifier is trained: by AdamW with a one-cycle learning rate.

    Attributes:
        steps: number of steps.
        batch_size: images per step.
        learning_rate: highest learning rate of the cycle.
        weight_decay: weight decay of AdamW.
        label_smoothing: share of the target that is spread evenly over all classes.
        augmentation: random changes of the images.
        supervised: share of the steps, the first ones, that use no unlabelled images even if there are some.
        consistency: weight of the loss on unlabelled images.
        confidence: an unlabelled image counts if the teacher gives one class at least this probability.
        teacher_decay: decay of the teacher, the moving average of the classifier's weights.
    """

    steps: int = 2000
    batch_size: int = 128
    learning_rate: float = 6e-3
    weight_decay: float = 0.1
    label_smoothing: float = 0.1
    augmentation: Augmentation = WIDE
    supervised: float = 0.4
    consistency: float = 1.0
    confidence: float = 0.8
    teacher_decay: float = 0.99

    @classmethod
    def of(cls, config: TrialConfig) -> "ClassifierSettings":
        """The settings that a training's settings name."""
        augmentation = CLASSIFIER_AUGMENTATIONS[config.classifier_augmentation]
        return cls(steps=config.classifier_steps, augmentation=Augmentation(**augmentation))

    @property
    def description(self) -> str:
        """What classifiers must have in common to be compared: their recipe and settings."""
        return f"recipe {RECIPE_VERSION}, {self.steps} steps, {self.augmentation}"


@contextmanager
def _reproducible() -> Iterator[None]:
    """Sum in a fixed order: with more threads, or with cuDNN's fastest algorithms, sums differ in their last bits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True):
            yield
    finally:
        torch.set_num_threads(threads)


@_reproducible()
def train_classifier(
    domain: Domain, settings: ClassifierSettings, seed: int, device: torch.device, unlabelled: Tensor | None = None
) -> Classifier:
    """Train a classifier. On the same CPU, the same arguments give the same bits with any number of threads.

    With unlabelled images, the classifier goes on learning from its own confident labels on them, in the manner of
    self-ensembling (French et al., ICLR 2018): a teacher, the moving average of its weights, labels one random change
    of each image, and the classifier learns that label on another change. The teacher is returned.

    The global generator is left as it was.

    Args:
        domain: labelled training images.
        settings: how to train.
        seed: determines initial weights, order and augmentation.
        device: where the classifier is trained and stays.
        unlabelled: uint8 images of the same shape, (N, C, S, S), of the domain that the classifier reads; or None.

    Returns:
        The classifier in evaluation mode, without gradients, in channels_last layout.

    Raises:
        InputError: if the images have no labels.
    """
    if domain.labels is None:
        raise InputError(
            f"{domain.name} has no labels, so no classifier can be trained on it; give labels, or another domain"
        )
    images, labels = domain.images.to(device), domain.labels.to(device)
    classifier = build_classifier(domain, derive_seed(seed, "weights"), device)
    order, draws = _generators(seed, "order", "augmentation")
    optimiser = torch.optim.AdamW(
        classifier.parameters(), settings.learning_rate, weight_decay=settings.weight_decay, fused=True
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.learning_rate, total_steps=settings.steps, pct_start=0.2
    )
    self_training = None if unlabelled is None else _SelfTraining(unlabelled.to(device), settings, seed)
    batches = _endless_batches(len(domain), min(settings.batch_size, len(domain)), order)
    for step, indices in enumerate(islice(batches, settings.steps)):
        chosen = indices.to(device)
        logits = classifier(_changed(images[chosen], settings, draws))
        loss = F.cross_entropy(logits, labels[chosen], label_smoothing=settings.label_smoothing)
        if self_training is not None and step >= settings.supervised * settings.steps:
            loss = loss + self_training.loss(classifier)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
        if self_training is not None:
            self_training.follow(classifier)
    trained = classifier if self_training is None else self_training.teacher(classifier)
    return trained.eval().requires_grad_(False)


class _SelfTraining:
    """The teacher of a classifier, and what the classifier learns from unlabelled images."""

    def __init__(self, images: Tensor, settings: ClassifierSettings, seed: int) -> None:
        self._images = images
        self._settings = settings
        order, self._draws = _generators(seed, "unlabelled order", "unlabelled augmentation")
        self._batches = _endless_batches(len(images), min(settings.batch_size, len(images)), order)
        self._teacher: Classifier | None = None

    def teacher(self, classifier: Classifier) -> Classifier:
        """The teacher; at first a copy of the classifier."""
        if self._teacher is None:
            self._teacher = deepcopy(classifier).requires_grad_(False)
        return self._teacher

    def loss(self, classifier: Classifier) -> Tensor:
        """Cross-entropy of the teacher's confident labels, a mean over the batch, scalar."""
        chosen = self._images[next(self._batches).to(self._images.device)]
        first, second = (_changed(chosen, self._settings, self._draws) for _ in range(2))
        with torch.no_grad():
            confidences, labels = self.teacher(classifier)(first).softmax(1).max(1)
        losses = F.cross_entropy(classifier(second), labels, reduction="none")
        confident = confidences >= self._settings.confidence
        return torch.where(confident, losses, 0.0).mean() * self._settings.consistency

    @torch.no_grad()
    def follow(self, classifier: Classifier) -> None:
        """Move the teacher's weights towards the classifier's."""
        pairs = zip(self.teacher(classifier).parameters(), classifier.parameters(), strict=True)
        for own, other in pairs:
            own.lerp_(other, 1 - self._settings.teacher_decay)


def _changed(images: Tensor, settings: ClassifierSettings, draws: torch.Generator) -> Tensor:
    return settings.augmentation.apply(images, draws).contiguous(memory_format=torch.channels_last)


def _generators(seed: int, *purposes: str) -> Iterator[torch.Generator]:
    return (torch.Generator().manual_seed(derive_seed(seed, purpose)) for purpose in purposes)


def build_classifier(domain: Domain, seed: int, device: torch.device) -> Classifier:
    """An untrained classifier for a domain's images. The seed determines its weights, not the global generator."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)  # `torch.manual_seed` would also seed other devices, for good
        classifier = Classifier(domain.channels, domain.side, domain.classes)
    return classifier.to(memory_format=torch.channels_last).to(device)


def _endless_batches(count: int, batch_size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Batches of indices in [0, count), (batch_size,). A pass repeats no index and drops an incomplete last batch."""
    while True:
        order = torch.randperm(count, generator=generator)
        yield from torch.split(order[: count - count % batch_size], batch_size)
