"""CoGAN's networks: a generator of pairs of images, and a discriminator that also labels."""

from math import sqrt
from typing import cast

from torch import Tensor, nn

from lstnet_search.methods.labeller import Adapted
from lstnet_search.methods.resizing import fit
from lstnet_search.models import ImageShape

NOISE = 100
"""Numbers that a pair of images is made of."""

LEAST_SIDE = 28
FILTERS = (1024, 512, 256, 128)
FEATURES = 500


def pair_shapes(shapes: tuple[ImageShape, ImageShape]) -> tuple[ImageShape, ImageShape]:
    """Of the images that networks see: both sides are the larger one's, at least 28; channels stay."""
    side = max(LEAST_SIDE, *(shape.side for shape in shapes))
    first, second = (ImageShape(shape.channels, side) for shape in shapes)
    return first, second


class PairGenerator(nn.Module):
    """Images of both domains from the same noise; only the last layer is a domain's own."""

    def __init__(self, shapes: tuple[ImageShape, ImageShape], width: float) -> None:
        """Build it with Xavier's initial weights.

        Args:
            shapes: of images of both domains, of one side.
            width: factor on every filter count but the last layer's.
        """
        super().__init__()
        sizes = [max(4, round(filters * width)) for filters in FILTERS]
        layers: list[nn.Module] = []
        channels = NOISE
        for place, size in enumerate(sizes):  # sides 4, 7, 13, 25
            layers += [
                nn.ConvTranspose2d(channels, size, 4) if place == 0 else nn.ConvTranspose2d(channels, size, 3, 2, 1),
                nn.BatchNorm2d(size, affine=False),
                nn.PReLU(),
            ]
            channels = size
        self.shared = nn.Sequential(*layers)
        self.own = nn.ModuleList(
            nn.Sequential(nn.ConvTranspose2d(channels, shape.channels, shape.side - 22, padding=1), nn.Sigmoid())
            for shape in shapes
        )
        self.apply(xavier)

    def forward(self, noise: Tensor) -> tuple[Tensor, Tensor]:
        """A pair of images, (N, C, S, S) in [0, 1] each, of noise (N, 100)."""
        shared = self.shared(noise.view(len(noise), NOISE, 1, 1))
        first, second = (cast(Tensor, own(shared)) for own in self.own)
        return first, second


class PairDiscriminator(Adapted):
    """Tells real from made images of both domains, and their classes; only the first layer is a domain's own."""

    def __init__(self, shapes: tuple[ImageShape, ImageShape], classes: int) -> None:
        """Build it with Xavier's initial weights.

        Args:
            shapes: of images of both domains, of one side.
            classes: number of classes.
        """
        super().__init__()
        self._shapes = shapes
        self.first = nn.ModuleList(nn.Conv2d(shape.channels, 20, 5) for shape in shapes)
        rest = ((shapes[0].side - 4) // 2 - 4) // 2
        self.shared = nn.Sequential(
            nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.MaxPool2d(2), nn.Conv2d(50, FEATURES, rest), nn.PReLU()
        )
        self.real = nn.Linear(FEATURES, 1)
        self.classes = nn.Linear(FEATURES, classes)
        self.apply(xavier)

    def fit(self, images: Tensor, domain: int) -> Tensor:
        """Images (N, C, S, S) in [-1, 1] of a domain at the common side, in [0, 1]."""
        return (fit(images, self._shapes[domain]) + 1) / 2

    def features(self, fitted: Tensor, domain: int) -> Tensor:
        """Features (N, 500) of images of a domain in [0, 1]."""
        features: Tensor = self.shared(self.first[domain](fitted)).flatten(1)
        return features

    def label(self, images: Tensor, domain: int) -> tuple[Tensor, Tensor]:
        """Features (N, 500) and logits (N, K) of images (N, C, S, S) in [-1, 1] of a domain."""
        features = self.features(self.fit(images, domain), domain)
        return features, self.classes(features)


def xavier(module: nn.Module) -> None:
    """Draw a layer's weights as the authors do."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        nn.init.xavier_uniform_(module.weight, sqrt(2))
