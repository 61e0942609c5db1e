"""Layers that the networks are stacked from."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstnet_search.models.architecture import Layer, Pooled, filters

SLOPE = 0.3
"""Of LeakyReLU: Keras' default, whose vocabulary the paper uses."""

EPSILON = 1e-3
"""Of BatchNorm: Keras' default."""


def convolution(channels: int, layer: Layer, width: float, *, bias: bool) -> nn.Conv2d:
    """A convolution of (N, channels, S, S) to side S / stride, or S - kernel + 1 where `valid`."""
    padding = 0 if layer.valid else layer.kernel // 2
    return nn.Conv2d(channels, filters(layer, width), layer.kernel, layer.stride, padding, bias=bias)


def transposed_convolution(channels: int, layer: Layer, width: float) -> nn.ConvTranspose2d:
    """A transposed convolution of (N, channels, S, S) to side S · stride, or S + kernel - 1 where `valid`."""
    padding = 0 if layer.valid else layer.kernel // 2
    return nn.ConvTranspose2d(
        channels, filters(layer, width), layer.kernel, layer.stride, padding, layer.stride - 1, bias=False
    )


class Normalised(nn.Sequential):
    """A convolution, BatchNorm and LeakyReLU."""

    def __init__(self, convolution: nn.Conv2d | nn.ConvTranspose2d, momentum: float) -> None:
        norm = nn.BatchNorm2d(convolution.out_channels, eps=EPSILON, momentum=momentum)
        super().__init__(convolution, norm, nn.LeakyReLU(SLOPE, inplace=True))


def encoder_stack(channels: int, layers: tuple[Layer, ...], width: float, momentum: float) -> nn.Sequential:
    """Convolutions with BatchNorm and LeakyReLU after each, from `channels` on."""
    sizes = [channels, *(filters(layer, width) for layer in layers)]
    convolutions = (
        convolution(size, layer, width, bias=False) for (size, _), layer in zip(pairwise(sizes), layers, strict=True)
    )
    return nn.Sequential(*(Normalised(conv, momentum) for conv in convolutions))


def generator_stack(channels: int, layers: tuple[Layer, ...], width: float, momentum: float) -> nn.Sequential:
    """Transposed convolutions with BatchNorm and LeakyReLU after each, from `channels` on."""
    sizes = [channels, *(filters(layer, width) for layer in layers)]
    convolutions = (
        transposed_convolution(size, layer, width) for (size, _), layer in zip(pairwise(sizes), layers, strict=True)
    )
    return nn.Sequential(*(Normalised(conv, momentum) for conv in convolutions))


class SamePool(nn.Module):
    """Max pooling of kernel 2, padded with -inf on the right and at the bottom: side ⌈side / stride⌉."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """Pool (N, C, S, S) to (N, C, ⌈S / stride⌉, ⌈S / stride⌉)."""
        if self.stride == 2:  # what ceil_mode adds at an odd edge is a window cut off there: the same
            return F.max_pool2d(x, 2, 2, ceil_mode=True)
        padded = F.pad(x, (0, 1, 0, 1), value=float("-inf"))
        if x.dtype is torch.bfloat16 and x.device.type == "cpu":  # maxima are exact, and faster, in float32 there
            return F.max_pool2d(padded.float(), 2, 1).bfloat16()
        return F.max_pool2d(padded, 2, 1)


def pooled_stack(channels: int, layers: tuple[Pooled, ...], width: float) -> nn.Sequential:
    """A discriminator's convolutions, each with a bias, LeakyReLU and pooling, no BatchNorm."""
    sizes = [channels, *(filters(pooled.layer, width) for pooled in layers)]
    return nn.Sequential(
        *(
            nn.Sequential(
                convolution(size, pooled.layer, width, bias=True),
                nn.LeakyReLU(SLOPE, inplace=True),
                SamePool(pooled.pool),
            )
            for (size, _), pooled in zip(pairwise(sizes), layers, strict=True)
        )
    )
