"""The share of a DeepJDOT step that the transport plan takes, which POT's exact solver computes on the CPU.

python benchmarks/transport.py --output benchmarks/results/transport.json
"""

import time
from dataclasses import replace
from typing import Annotated, Any

import torch
import typer
from machine import synchronize, the_device
from mnist_usps import PROBLEM, bundled_pair
from reporting import OutputFile, write_json

from lstnet_search.cli.app import run_script
from lstnet_search.config import DeepJDOTConfig
from lstnet_search.domains import Augmentation, Batches
from lstnet_search.methods import deepjdot
from lstnet_search.methods.registry import build_method
from lstnet_search.training import autocast, use_fast_settings


def main(
    batch_size: Annotated[int, typer.Option(help="Images of each domain per step.")] = 500,
    width: Annotated[float, typer.Option(help="Width of the network; the published one has 1.")] = 1.0,
    pool_stride: Annotated[int, typer.Option(help="Stride of the pooling; the published network has 1.")] = 1,
    steps: Annotated[int, typer.Option(help="Measured steps, after one step of warm-up.")] = 3,
    output: OutputFile = None,
) -> None:
    """Train one direction, and time the transport plan in each step."""
    device = the_device()
    use_fast_settings(device)
    settings = {"batch_size": batch_size, "width": width, "pool_stride": pool_stride, "pretraining_steps": 0}
    config = DeepJDOTConfig.parse(settings, "the options")
    pair = bundled_pair().to(device)
    problem = replace(PROBLEM, sources=(0,))
    method = build_method(config, problem, device, autocast(config.precision, device))
    batches = Batches(pair, batch_size, Augmentation(0, 0, 0), device, 0, method.inputs)
    plan_seconds: list[float] = []
    plan = deepjdot.transport

    def timed(costs: torch.Tensor) -> torch.Tensor:
        synchronize(device)
        start = time.perf_counter()
        result = plan(costs)
        plan_seconds.append(time.perf_counter() - start)
        return result

    deepjdot.transport = timed
    step_seconds = []
    for _ in range(1 + steps):
        start = time.perf_counter()
        method.step(*batches.draw())
        synchronize(device)
        step_seconds.append(time.perf_counter() - start)
    result: dict[str, Any] = {
        "settings": settings,
        "step_seconds": sum(step_seconds[1:]) / steps,
        "transport_seconds": sum(plan_seconds[1:]) / steps,
        "share": sum(plan_seconds[1:]) / sum(step_seconds[1:]),
    }
    print(
        f"a step takes {result['step_seconds']:.3f} s, its transport plan {result['transport_seconds']:.3f} s, "
        f"{result['share']:.0%}"
    )
    write_json(output, result)


if __name__ == "__main__":
    run_script(main)
