"""Table 1 of the paper as data, continued to images of every side from 8 to 256 by the table's own rule."""

from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True)
class Layer:
    """A convolution or a transposed convolution.

    Attributes:
        filters: output channels at full width.
        kernel: height and width of the kernel.
        stride: stride along both axes.
        valid: whether there is no padding. Otherwise the side becomes ⌈side / stride⌉, or side · stride if transposed.
        odd: whether a transposed layer gives one pixel less, side · stride - 1.
    """

    filters: int
    kernel: int
    stride: int = 1
    valid: bool = False
    odd: bool = False


@dataclass(frozen=True)
class Pooled:
    """A discriminator's convolution of stride 1, and the stride of the max pooling (kernel 2) that follows."""

    layer: Layer
    pool: Literal[1, 2]


LEAST_HALVED = 14
"""A side of at least this many pixels is halved once more; what is left is 7 to 13."""


def halved_sides(side: int) -> tuple[int, ...]:
    """The sides of an image that is halved, rounded up, until it has less than 14 pixels: 28, 14, 7."""
    sides = [side]
    while sides[-1] >= LEAST_HALVED:
        sides.append(-(-sides[-1] // 2))
    return tuple(sides)


def encoder_layers(side: int) -> tuple[Layer, ...]:
    """An encoder's own layers (those not shared), for images of a side from 8 to 256. All end at side 7."""
    halvings = len(halved_sides(side)) - 1
    more = (Layer(256, 3, 2),) * max(0, halvings - 2)
    return Layer(64, 7), Layer(128, 5, _stride(halvings, 1)), Layer(256, 3, _stride(halvings, 2)), *more, _last(side)


def generator_layers(side: int) -> tuple[Layer, ...]:
    """A generator's own transposed layers, for a side from 8 to 256. A 1×1 layer to the image and tanh follow.

    They mirror the encoder's: the first ones double the side, so that it passes through the same sides backwards.
    """
    sides = halved_sides(side)
    doubled = sides[-2::-1]
    widening = [Layer(256, 3), *(Layer(256, 3) for _ in doubled[2:]), Layer(128, 5)]
    for index, larger in enumerate(doubled):
        widening[index] = replace(widening[index], stride=2, odd=larger % 2 == 1)
    return _last(side), *widening, Layer(64, 7)


def discriminator_layers(side: int) -> tuple[Pooled, ...]:
    """A discriminator's convolutions, for images of a side from 8 to 256. All end at side 4."""
    halvings = len(halved_sides(side)) - 1
    more = (Pooled(Layer(128, 3), 2),) * max(0, halvings - 2)
    second, third = Pooled(Layer(128, 3), _stride(halvings, 2)), Pooled(Layer(256, 5), _stride(halvings, 1))
    return Pooled(Layer(64, 3), 1), second, *more, third, Pooled(_last(side), 2)


def _stride(halvings: int, needed: int) -> Literal[1, 2]:
    """2 for a layer that halves images which are halved at least `needed` times, else 1."""
    return 2 if halvings >= needed else 1


def _last(side: int) -> Layer:
    """The layer between an image's smallest side and the latent's 7: 3×3 at side 7, else a kernel without padding."""
    smallest = halved_sides(side)[-1]
    return Layer(512, 3) if smallest == 7 else Layer(512, smallest - 6, valid=True)


LATENT_DISCRIMINATOR = (Pooled(Layer(256, 3), 1), Pooled(Layer(512, 3), 2), Pooled(Layer(256, 3), 1))

SHARED_ENCODER: dict[int, tuple[Layer, ...]] = {
    1: (Layer(256, 3), Layer(128, 3)),
    3: (Layer(256, 3), Layer(128, 3, 3)),
}
"""Layers that both encoders share, by `latent_stride`."""

SHARED_GENERATOR: dict[int, tuple[Layer, ...]] = {
    1: (Layer(128, 3), Layer(256, 3)),
    3: (Layer(128, 3, valid=True), Layer(256, 3, valid=True)),
}
"""Layers that both generators share, by `latent_stride`."""

LATENT_SIDE = {1: 7, 3: 3}
"""Height and width of the latent, by `latent_stride`."""


@dataclass(frozen=True)
class Size:
    """How large networks are.

    Attributes:
        width: factor on the number of filters of every layer but the last.
        min_filters: the fewest filters that a layer may have.
    """

    width: float
    min_filters: int = 4

    def filters(self, layer: Layer) -> int:
        """A layer's number of filters."""
        return max(self.min_filters, round(layer.filters * self.width))
