"""A small classifier for one domain, which labels images that were translated to that domain."""

from copy import deepcopy

import torch
from torch import Tensor, nn

FILTERS = (16, 32, 64)
HIDDEN = 128


class Classifier(nn.Module):
    """Three convolutions and a hidden layer; small, because it labels thousands of images at every report."""

    def __init__(self, channels: int, side: int, classes: int) -> None:
        """Build the classifier with PyTorch's initial weights.

        Args:
            channels: channels of an image, 1 or 3.
            side: height and width of an image in pixels, at least 4.
            classes: number of classes.
        """
        super().__init__()
        layers: list[nn.Module] = []
        for filters in FILTERS:
            # After pooling, BatchNorm has a quarter of the work.
            layers += [
                nn.Conv2d(channels, filters, 3, padding=1, bias=False),
                nn.MaxPool2d(2, ceil_mode=True),
                nn.BatchNorm2d(filters),
                nn.ReLU(inplace=True),
            ]
            channels, side = filters, -(-side // 2)
        self.body = nn.Sequential(
            *layers,
            nn.Flatten(),
            nn.Linear(channels * side * side, HIDDEN, bias=False),
            nn.BatchNorm1d(HIDDEN),
            nn.ReLU(inplace=True),
        )
        self.head = nn.Linear(HIDDEN, classes)

    def features(self, images: Tensor) -> Tensor:
        """The last hidden layer's output, (N, 128), >= 0, for images (N, C, S, S) in [-1, 1]."""
        hidden: Tensor = self.body(images)
        return hidden

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, K) for images (N, C, S, S) in [-1, 1]."""
        logits: Tensor = self.head(self.features(images))
        return logits


Classifiers = tuple[Classifier | None, Classifier | None]
"""The classifiers of a pair's `a` and `b`; None for a domain that has no labels to train on."""


def copied_to(classifiers: Classifiers, device: torch.device) -> Classifiers:
    """Copies on a device. The originals stay where they are."""
    first, second = (None if each is None else deepcopy(each).to(device) for each in classifiers)
    return first, second
