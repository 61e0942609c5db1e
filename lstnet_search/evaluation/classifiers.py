"""Training of a domain's classifier."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

import torch
from torch import Tensor
from torch.nn import functional as F

from lstnet_search.domains import Augmentation, Domain
from lstnet_search.errors import InputError
from lstnet_search.models.classifier import Classifier
from lstnet_search.seeding import derive_seed


@dataclass(frozen=True)
class ClassifierSettings:
    """How a classifier is trained: by AdamW with a one-cycle learning rate.

    Attributes:
        epochs: passes over the training images.
        min_steps: minimum number of steps. With few images, reaching it takes more than `epochs` passes.
        batch_size: images per step.
        learning_rate: highest learning rate of the cycle.
        weight_decay: weight decay of AdamW.
        label_smoothing: share of the target that is spread evenly over all classes.
        augmentation: random changes of the images.
    """

    epochs: int = 8
    min_steps: int = 800
    batch_size: int = 128
    learning_rate: float = 6e-3
    weight_decay: float = 0.1
    label_smoothing: float = 0.1
    augmentation: Augmentation = field(default=Augmentation(rotation=10.0, scale=0.1, shift=2.0))


@contextmanager
def _reproducible() -> Iterator[None]:
    """Add in one order: with more threads, or by cuDNN's fastest algorithms, sums differ in their last bits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True):
            yield
    finally:
        torch.set_num_threads(threads)


@_reproducible()
def train_classifier(domain: Domain, settings: ClassifierSettings, seed: int, device: torch.device) -> Classifier:
    """Train a classifier. On the same CPU, the same arguments give the same bits with any number of threads.

    The global generator is left as it was.

    Args:
        domain: labelled training images.
        settings: how to train.
        seed: determines initial weights, order and augmentation.
        device: where the classifier is trained and stays.

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
    order = torch.Generator().manual_seed(derive_seed(seed, "order"))
    draws = torch.Generator().manual_seed(derive_seed(seed, "augmentation"))
    batch_size = min(settings.batch_size, len(domain))
    steps = max(settings.epochs * (len(domain) // batch_size), settings.min_steps)
    optimiser = torch.optim.AdamW(
        classifier.parameters(), settings.learning_rate, weight_decay=settings.weight_decay, fused=True
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.learning_rate, total_steps=steps, pct_start=0.2)
    for indices in islice(_endless_batches(len(domain), batch_size, order), steps):
        chosen = indices.to(device)
        inputs = settings.augmentation.apply(images[chosen], draws)
        logits = classifier(inputs.contiguous(memory_format=torch.channels_last))
        optimiser.zero_grad()
        loss = F.cross_entropy(logits, labels[chosen], label_smoothing=settings.label_smoothing)
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
    return classifier.eval().requires_grad_(False)


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
