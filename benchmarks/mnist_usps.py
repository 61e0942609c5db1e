"""The bundled MNIST and USPS, as input of a training step."""

from pathlib import Path

import torch

from lstnet_search.config import TrialConfig
from lstnet_search.domains import Batches, DomainPair, load_pair
from lstnet_search.methods.base import Problem
from lstnet_search.models import ImageShape
from lstnet_search.training.loop import augmentation_of

SHAPES = (ImageShape(1, 28), ImageShape(1, 16))
PROBLEM = Problem(SHAPES, 10)


def bundled_pair() -> DomainPair:
    """The training images of both domains."""
    return load_pair(("mnist", "usps"), "bundled", Path(), "train")


def bundled_batches(config: TrialConfig, device: torch.device) -> Batches:
    """Augmented batches of both domains, as a training draws them."""
    return Batches(bundled_pair(), config.batch_size, augmentation_of(config), device, 0)
