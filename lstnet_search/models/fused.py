"""What follows a convolution, each as one function with a gradient of its own: see `fused.c`.

On a single CPU thread, they are several times as fast as PyTorch's separate operations, above all with few filters.
Results are equal up to rounding.
"""

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from lstnet_search.models.compiled import Real, library

_REALS: dict[torch.dtype, Real] = {torch.float32: "float", torch.float64: "double"}


def serves(x: Tensor) -> bool:
    """Whether the functions below can be used for the output of a convolution."""
    return (
        x.device.type == "cpu"
        and x.dtype in _REALS
        and torch.get_num_threads() == 1
        and x.is_contiguous(memory_format=torch.channels_last)
        and library(_REALS[x.dtype]) is not None
    )


def normalise(x: Tensor, norm: nn.BatchNorm2d, slope: float) -> Tensor:
    """BatchNorm in training mode, then LeakyReLU, of (N, C, S, S). Running statistics are updated as by `norm`."""
    assert norm.num_batches_tracked is not None
    norm.num_batches_tracked.add_(1)
    return cast(Tensor, _Normalise.apply(x, norm.weight, norm.bias, norm, slope))


def pool(x: Tensor, stride: int, slope: float) -> Tensor:
    """LeakyReLU, then max pooling as by `SamePool`, of (N, C, S, S). The slope is positive."""
    return cast(Tensor, _Pool.apply(x, stride, slope))


class _Normalise(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, norm: nn.BatchNorm2d, slope: float) -> Tensor:
        """BatchNorm and LeakyReLU."""
        assert norm.running_mean is not None
        assert norm.running_var is not None
        y, (mean, inverse) = torch.empty_like(x), x.new_empty(2, x.shape[1])
        numbers = norm.momentum, norm.eps, slope
        outputs = norm.running_mean, norm.running_var, mean, inverse
        _call("normalise", x, y, x.numel() // x.shape[1], x.shape[1], weight, bias, *outputs, *numbers)
        ctx.save_for_backward(x, y, weight, mean, inverse)
        ctx.slope = slope
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        """The gradients of x, weight and bias."""
        x, y, weight, mean, inverse = ctx.saved_tensors
        dx, dweight, dbias = torch.empty_like(x), torch.empty_like(weight), torch.empty_like(weight)
        sizes = x.numel() // x.shape[1], x.shape[1]
        dy = dy.contiguous(memory_format=torch.channels_last)
        _call("normalise_backward", x, y, dy, dx, *sizes, weight, mean, inverse, dweight, dbias, ctx.slope)
        return dx, dweight, dbias, None, None


class _Pool(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, stride: int, slope: float) -> Tensor:
        """LeakyReLU and max pooling."""
        images, channels, side, _ = x.shape
        pooled = -(-side // stride)
        y = x.new_empty(images, pooled, pooled, channels).permute(0, 3, 1, 2)
        ctx.numbers = images, side, channels, stride, slope
        _call("pool", x, y, *ctx.numbers)
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor, None, None]:
        """The gradient of x."""
        x, y = ctx.saved_tensors
        dx = torch.empty_like(x)
        _call("pool_backward", x, y, dy.contiguous(memory_format=torch.channels_last), dx, *ctx.numbers)
        return dx, None, None


def _call(name: str, x: Tensor, *arguments: Tensor | float | None) -> None:
    functions = library(_REALS[x.dtype])
    pointers = (each.data_ptr() if isinstance(each, Tensor) else each for each in (x, *arguments))
    getattr(functions, name)(*pointers)
