"""Table 1 of the paper as data, extended to images of side 14 and 32 by the table's own rule."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Layer:
    """A convolution or a transposed convolution.

    Attributes:
        filters: output channels at full width.
        kernel: height and width of the kernel.
        stride: stride along both axes.
        valid: whether there is no padding. Otherwise the side becomes side / stride, or side · stride if transposed.
    """

    filters: int
    kernel: int
    stride: int = 1
    valid: bool = False


@dataclass(frozen=True)
class Pooled:
    """A discriminator's convolution of stride 1, and the stride of the max pooling (kernel 2) that follows."""

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
"""An encoder's own layers (those not shared), by the side of its images. All end at side 7."""

GENERATOR: dict[int, tuple[Layer, ...]] = {
    14: (_SAME_LAST, Layer(256, 3, 2), Layer(128, 5), Layer(64, 7)),
    16: (_VALID_LAST, Layer(256, 3, 2), Layer(128, 5), Layer(64, 7)),
    28: (_SAME_LAST, Layer(256, 3, 2), Layer(128, 5, 2), Layer(64, 7)),
    32: (_VALID_LAST, Layer(256, 3, 2), Layer(128, 5, 2), Layer(64, 7)),
}
"""A generator's own transposed layers, by the side of its images. A 1×1 layer to the image and tanh follow."""

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
