"""CoGAN's networks: a generator of image pairs, and a discriminator that also labels images."""

from math import sqrt
from typing import cast

from torch import Tensor, nn

from lstnet_search.methods.labeller import DirectionNetwork
from lstnet_search.methods.resizing import match_shape
from lstnet_search.models import ImageShape

NOISE = 100
"""Length of the noise vector that a pair of images is generated from."""

LEAST_SIDE = 28
LARGEST_SIDE = 64
"""Larger images are resized to it: the last layers' kernels grow with the side, and have no padding to stop that."""
FILTERS = (1024, 512, 256, 128)
FEATURES = 500


def pair_shapes(shapes: tuple[ImageShape, ImageShape]) -> tuple[ImageShape, ImageShape]:
    """Shapes of the networks' images: the larger of the two sides, from 28 to 64, and each domain's own channels."""
    side = min(max(LEAST_SIDE, *(shape.side for shape in shapes)), LARGEST_SIDE)
    first, second = (ImageShape(shape.channels, side) for shape in shapes)
    return first, second


class PairGenerator(nn.Module):
    """Generates an image of each domain from the same noise. The domains share all layers except the last."""

    def __init__(self, shapes: tuple[ImageShape, ImageShape], width: float) -> None:
        """Build the network with Xavier initialisation.

        Args:
            shapes: image shapes of both domains, with equal sides.
            width: factor on the number of filters of every layer except the last.
        """
        super().__init__()
        sizes = [max(4, round(filters * width)) for filters in FILTERS]
        layers: list[nn.Module] = []
        channels = NOISE
        for index, size in enumerate(sizes):  # sides 4, 7, 13, 25
            layers += [
                nn.ConvTranspose2d(channels, size, 4) if index == 0 else nn.ConvTranspose2d(channels, size, 3, 2, 1),
                nn.BatchNorm2d(size, affine=False),
                nn.PReLU(),
            ]
            channels = size
        self.shared = nn.Sequential(*layers)
        self.own = nn.ModuleList(
            nn.Sequential(nn.ConvTranspose2d(channels, shape.channels, shape.side - 22, padding=1), nn.Sigmoid())
            for shape in shapes
        )
        self.apply(_initialise)

    def forward(self, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Pairs of images, (N, C, S, S) in [0, 1] of each domain, from noise (N, 100)."""
        shared = self.shared(noise.view(len(noise), NOISE, 1, 1))
        first, second = (cast(Tensor, own(shared)) for own in self.own)
        return first, second


class PairDiscriminator(DirectionNetwork):
    """Tells real images from generated ones, and labels them. The domains share all layers except the first."""

    def __init__(self, shapes: tuple[ImageShape, ImageShape], classes: int) -> None:
        """Build the network with Xavier initialisation.

        Args:
            shapes: image shapes of both domains, with equal sides.
            classes: number of classes.
        """
        super().__init__()
        self._shapes = shapes
        self.first = nn.ModuleList(nn.Conv2d(shape.channels, 20, 5) for shape in shapes)
        remaining_side = ((shapes[0].side - 4) // 2 - 4) // 2
        self.shared = nn.Sequential(
            nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.MaxPool2d(2), nn.Conv2d(50, FEATURES, remaining_side), nn.PReLU()
        )
        self.real = nn.Linear(FEATURES, 1)
        self.classes = nn.Linear(FEATURES, classes)
        self.apply(_initialise)

    def as_input(self, images: Tensor, domain: int) -> Tensor:
        """Images (N, C, S, S) in [-1, 1] of a domain, resized to the common side and scaled to [0, 1]."""
        return (match_shape(images, self._shapes[domain]) + 1) / 2

    def features(self, inputs: Tensor, domain: int) -> Tensor:
        """Features (N, 500) of images that `as_input` converted, or of generated images."""
        features: Tensor = self.shared(self.first[domain](inputs)).flatten(1)
        return features

    def label(self, images: Tensor, domain: int) -> tuple[Tensor, Tensor]:
        """Features (N, 500) and logits (N, K) of images (N, C, S, S) in [-1, 1] of a domain."""
        features = self.features(self.as_input(images, domain), domain)
        return features, self.classes(features)


def _initialise(module: nn.Module) -> None:
    """Initialise a layer's weights as the authors do."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        nn.init.xavier_uniform_(module.weight, sqrt(2))
