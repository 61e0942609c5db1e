"""The time and the memory of a step, for images of several sides.

python benchmarks/sides.py --width 0.0625 --side 32 --side 64 --side 128
"""

import resource
import subprocess
import sys
import time
from statistics import median
from typing import Annotated

import torch
import typer
from machine import pin, the_device

from lstnet_search.cli.app import run_script
from lstnet_search.config import PRESETS, LSTNetConfig
from lstnet_search.methods.base import Problem
from lstnet_search.methods.lstnet import LSTNet
from lstnet_search.models import ImageShape
from lstnet_search.training import autocast, use_fast_settings

WARM_UP = 2


def main(
    width: Annotated[float, typer.Option(help="Width of the networks.")] = 1 / 16,
    side: Annotated[list[int] | None, typer.Option(help="Side in pixels; repeatable. Default: 32, 64, 128.")] = None,
    steps: Annotated[int, typer.Option(min=1, help="Steps to time.")] = 5,
    threads: Annotated[int, typer.Option(min=1, help="Threads, each pinned to a core.")] = 1,
) -> None:
    """Measure each side in a process of its own, because memory is counted by its peak."""
    sides = side or [32, 64, 128]
    if len(sides) > 1:
        for each in sides:
            options = ["--width", str(width), "--side", str(each), "--steps", str(steps), "--threads", str(threads)]
            subprocess.run([sys.executable, __file__, *options], check=True)
        return
    pin(threads)
    device = the_device()
    use_fast_settings(device)
    (pixels,) = sides
    shape = ImageShape(3, pixels)
    config = PRESETS["paper"].trial.override({"width": width}, "the options")
    assert isinstance(config, LSTNetConfig)
    before = _memory(device)
    method = LSTNet(config, Problem((shape, shape), 10), device, autocast(config.precision, device))
    clock = time.perf_counter if device.type == "cuda" else time.process_time  # other work does not count
    images = torch.rand(2, config.batch_size, 3, pixels, pixels, device=device) * 2 - 1
    seconds = []
    for _ in range(WARM_UP + steps):
        started = clock()
        method.step(*images)
        if device.type == "cuda":
            torch.cuda.synchronize()
        seconds.append(clock() - started)
    print(
        f"side {pixels}, width {width:g}, batch {config.batch_size}: "
        f"{median(seconds[WARM_UP:]):.3f} s of {device.type} a step, "
        f"{(_memory(device) - before) / 1e9:.2f} GB"
    )


def _memory(device: torch.device) -> int:
    """The most bytes that this process has held so far, on its device."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    run_script(main)
