"""Table 1 of the paper as data, continued by its own rule to sides 14 and 32."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Layer:
    """A convolution, or a transposed one: filters at full width, square kernel, stride.

    `valid` means no padding; otherwise the side becomes side / stride (side · stride if transposed).
    """

    filters: int
    kernel: int
    stride: int = 1
    valid: bool = False


@dataclass(frozen=True)
class Pooled:
    """A discriminator's convolution of stride 1 and the stride of the max pooling (kernel 2) behind it."""

    layer: Layer
    pool: Literal[1, 2]


_SAME_LAST = Layer(512, 3)
_VALID_LAST = Layer(512, 2, valid=True)

ENCODER: dict[int, tuple[Layer, ...]] = {
    14: (Layer(64, 7), Layer(128, 5, 2), Layer(256, 3), _SAME_LAST),
    16: (Layer(64, 7), Layer(128, 5, 2), Layer(256, 3), _VALID_LAST),
    28: (Layer(64, 7), Layer(128, 5, 2), Layer(256, 3, 2), _SAME_LAST),
    32: (Layer(64, 7), Layer(128, 5, 2), Layer(256, 3, 2), _VALID_LAST),
}
"""An encoder's own layers by side of the image; all end at side 7."""

GENERATOR: dict[int, tuple[Layer, ...]] = {
    14: (_SAME_LAST, Layer(256, 3, 2), Layer(128, 5), Layer(64, 7)),
    16: (_VALID_LAST, Layer(256, 3, 2), Layer(128, 5), Layer(64, 7)),
    28: (_SAME_LAST, Layer(256, 3, 2), Layer(128, 5, 2), Layer(64, 7)),
    32: (_VALID_LAST, Layer(256, 3, 2), Layer(128, 5, 2), Layer(64, 7)),
}
"""A generator's own transposed layers; the 1×1 layer to the image and tanh follow."""

DISCRIMINATOR: dict[int, tuple[Pooled, ...]] = {
    14: (Pooled(Layer(64, 3), 1), Pooled(Layer(128, 3), 1), Pooled(Layer(256, 5), 2), Pooled(_SAME_LAST, 2)),
    16: (Pooled(Layer(64, 3), 1), Pooled(Layer(128, 3), 1), Pooled(Layer(256, 5), 2), Pooled(_VALID_LAST, 2)),
    28: (Pooled(Layer(64, 3), 1), Pooled(Layer(128, 3), 2), Pooled(Layer(256, 5), 2), Pooled(_SAME_LAST, 2)),
    32: (Pooled(Layer(64, 3), 1), Pooled(Layer(128, 3), 2), Pooled(Layer(256, 5), 2), Pooled(_VALID_LAST, 2)),
}

LATENT_DISCRIMINATOR = (Pooled(Layer(256, 3), 1), Pooled(Layer(512, 3), 2), Pooled(Layer(256, 3), 1))

SHARED_ENCODER: dict[int, tuple[Layer, ...]] = {
    1: (Layer(256, 3), Layer(128, 3)),
    3: (Layer(256, 3), Layer(128, 3, 3)),
}
"""Shared layers by `latent_stride`: the latent is 7×7, or 3×3."""

SHARED_GENERATOR: dict[int, tuple[Layer, ...]] = {
    1: (Layer(128, 3), Layer(256, 3)),
    3: (Layer(128, 3, valid=True), Layer(256, 3, valid=True)),
}

LATENT_SIDE = {1: 7, 3: 3}
"""Side of the latent by `latent_stride`."""


def filters(layer: Layer, width: float) -> int:
    """Filters of a layer at some width, at least 4."""
    return max(4, round(layer.filters * width))
