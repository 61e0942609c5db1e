"""The compiled kernels between convolutions against PyTorch's operations, forward and backward, on one thread.

    python benchmarks/kernels.py

Milliseconds of processor time, the least of several calls, in float32. The sizes are those of networks from 1/16 width.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Annotated

import torch
import typer
from reporting import OutputFile, empty_table, write_json
from torch import Tensor, nn
from torch.nn import functional as F

from lstnet_search.cli.app import run_script
from lstnet_search.io.console import console
from lstnet_search.models import fused
from lstnet_search.models.blocks import EPSILON, SLOPE, SamePool

IMAGES = 64
SIZES = ((4, 28), (8, 28), (8, 14), (16, 14), (16, 7), (32, 7), (64, 28), (64, 7), (128, 14))
"""Filters, and side in pixels."""


def main(
    repetitions: Annotated[int, typer.Option(min=1, help="Calls of each.")] = 20, output: OutputFile = None
) -> None:
    """Print one row per size."""
    torch.set_num_threads(1)
    rows = []
    table = empty_table(f"ms, {IMAGES} images", ("filters", "side", "", "PyTorch", "compiled", "ratio"), "right")
    for filters, side in SIZES:
        x = torch.randn(IMAGES, filters, side, side).contiguous(memory_format=torch.channels_last).requires_grad_()
        norm = nn.BatchNorm2d(filters, EPSILON)
        assert fused.serves(x)
        pairs: dict[str, tuple[Callable[[], Tensor], Callable[[], Tensor]]] = {
            "BatchNorm, LeakyReLU": (
                partial(_normalised, norm, x),
                partial(fused.normalise, x, norm, SLOPE),
            )
        }
        for stride in (1, 2):
            pairs[f"LeakyReLU, pooling of stride {stride}"] = (
                partial(_pooled, SamePool(stride), x),
                partial(fused.pool, x, stride, SLOPE),
            )
        for name, pair in pairs.items():
            theirs, ours = (_milliseconds(each, x, repetitions) for each in pair)
            rows.append({"filters": filters, "side": side, "what": name, "pytorch": theirs, "compiled": ours})
            table.add_row(str(filters), str(side), name, f"{theirs:.2f}", f"{ours:.2f}", f"{theirs / ours:.1f}")
    write_json(output, {"rows": rows})
    console().print(table)


def _normalised(norm: nn.BatchNorm2d, x: Tensor) -> Tensor:
    return F.leaky_relu(norm(x), SLOPE, inplace=True)


def _pooled(pool: SamePool, x: Tensor) -> Tensor:
    pooled: Tensor = pool(F.leaky_relu(x, SLOPE))
    return pooled


def _milliseconds(call: Callable[[], Tensor], x: Tensor, repetitions: int) -> float:
    gradient, best = torch.ones_like(call()), float("inf")
    for _ in range(repetitions):
        started = time.thread_time()
        torch.autograd.grad(call(), x, gradient)
        best = min(best, time.thread_time() - started)
    return 1e3 * best


if __name__ == "__main__":
    run_script(main)
