"""The bundled MNIST and USPS, as input of a training step."""

from pathlib import Path

import torch

from lstnet_search.config import TrialConfig
from lstnet_search.domains import Augmentation, Batches, DomainPair, load_pair
from lstnet_search.methods.base import Problem
from lstnet_search.models import ImageShape

SHAPES = (ImageShape(1, 28), ImageShape(1, 16))
PROBLEM = Problem(SHAPES, 10)


def bundled_pair() -> DomainPair:
    """The training images of both domains."""
    return load_pair(("mnist", "usps"), "bundled", Path(), "train")


def bundled_batches(config: TrialConfig, device: torch.device) -> Batches:
    """Augmented batches of both domains, as a training draws them."""
    augmentation = Augmentation(config.rotation, config.scale, config.shift)
    return Batches(bundled_pair(), config.batch_size, augmentation, device, 0)
