"""The layers that the networks are built from."""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstnet_search.models import fused
from lstnet_search.models.architecture import Layer, Pooled, Size

SLOPE = 0.3
"""Negative slope of LeakyReLU: the default of Keras, because the paper uses Keras' terms."""

EPSILON = 1e-3
"""Added to the variance by BatchNorm: the default of Keras."""


def convolution(channels: int, layer: Layer, size: Size, *, bias: bool) -> nn.Conv2d:
    """A convolution from (N, channels, S, S) to side ⌈S / stride⌉, or S - kernel + 1 if `valid`."""
    padding = 0 if layer.valid else layer.kernel // 2
    return nn.Conv2d(channels, size.filters(layer), layer.kernel, layer.stride, padding, bias=bias)


def transposed_convolution(channels: int, layer: Layer, size: Size) -> nn.ConvTranspose2d:
    """A transposed convolution from (N, channels, S, S) to side S · stride, or S + kernel - 1 if `valid`.

    If `odd`, the side is one less.
    """
    padding = 0 if layer.valid else layer.kernel // 2
    added = layer.stride - 1 - layer.odd
    return nn.ConvTranspose2d(channels, size.filters(layer), layer.kernel, layer.stride, padding, added, bias=False)


class Normalised(nn.Sequential):
    """A convolution, BatchNorm and LeakyReLU."""

    def __init__(self, convolution: nn.Conv2d | nn.ConvTranspose2d, momentum: float) -> None:
        norm = nn.BatchNorm2d(convolution.out_channels, eps=EPSILON, momentum=momentum)
        super().__init__(convolution, norm, nn.LeakyReLU(SLOPE, inplace=True))

    def forward(self, input: Tensor) -> Tensor:
        """From (N, C, S, S) to the output of the convolution, normalised and activated."""
        convolution, norm, activation = self
        x: Tensor = convolution(input)
        if self.training and fused.serves(x):
            return fused.normalise(x, cast(nn.BatchNorm2d, norm), SLOPE)
        activated: Tensor = activation(norm(x))
        return activated


class PooledConvolution(nn.Sequential):
    """A convolution, LeakyReLU and max pooling."""

    def __init__(self, convolution: nn.Conv2d, stride: int) -> None:
        super().__init__(convolution, nn.LeakyReLU(SLOPE, inplace=True), SamePool(stride))

    def forward(self, input: Tensor) -> Tensor:
        """From (N, C, S, S) to the output of the convolution, activated and pooled."""
        convolution, activation, pool = self
        x: Tensor = convolution(input)
        if fused.serves(x):
            return fused.pool(x, cast(SamePool, pool).stride, SLOPE)
        pooled: Tensor = pool(activation(x))
        return pooled


def normalised_stack(
    channels: int, layers: tuple[Layer, ...], size: Size, momentum: float, *, transposed: bool = False
) -> nn.Sequential:
    """Convolutions or transposed convolutions, each with BatchNorm and LeakyReLU; the input has `channels` channels."""
    stack = nn.Sequential()
    for layer in layers:
        if transposed:
            stack.append(Normalised(transposed_convolution(channels, layer, size), momentum))
        else:
            stack.append(Normalised(convolution(channels, layer, size, bias=False), momentum))
        channels = size.filters(layer)
    return stack


def pooled_stack(channels: int, layers: tuple[Pooled, ...], size: Size) -> nn.Sequential:
    """A discriminator's convolutions, each with a bias, LeakyReLU and max pooling; no BatchNorm."""
    stack = nn.Sequential()
    for pooled in layers:
        conv = convolution(channels, pooled.layer, size, bias=True)
        stack.append(PooledConvolution(conv, pooled.pool))
        channels = size.filters(pooled.layer)
    return stack


class SamePool(nn.Module):
    """Max pooling with kernel 2 and stride 1 or 2, padded with -inf on the right and at the bottom."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """Pool (N, C, S, S) to (N, C, ⌈S / stride⌉, ⌈S / stride⌉)."""
        if self.stride == 2:  # ceil_mode clips the last window at an odd edge, which equals padding with -inf
            return F.max_pool2d(x, 2, 2, ceil_mode=True)
        padded = F.pad(x, (0, 1, 0, 1), value=float("-inf"))
        if x.dtype is torch.bfloat16 and x.device.type == "cpu":  # pooling in float32 is as exact and faster
            return F.max_pool2d(padded.float(), 2, 1).bfloat16()
        return F.max_pool2d(padded, 2, 1)
