"""How much of a DeepJDOT step the transport's plan takes, by POT's exact solver on the CPU.

python benchmarks/transport.py --output benchmarks/results/transport.json
"""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from machine import the_device

from lstnet_search.cli.app import run_script
from lstnet_search.config import DeepJDOTConfig
from lstnet_search.domains import Augmentation, Batches, load_pair
from lstnet_search.methods import deepjdot
from lstnet_search.methods.base import Problem
from lstnet_search.methods.registry import build_method
from lstnet_search.models import ImageShape
from lstnet_search.results.folder.provenance import provenance
from lstnet_search.training import autocast, use_fast_settings


def main(
    batch_size: Annotated[int, typer.Option(help="Images of each domain a step.")] = 500,
    width: Annotated[float, typer.Option(help="Of the network; 1 is the published one.")] = 1.0,
    pool_stride: Annotated[int, typer.Option(help="1 is the published one.")] = 1,
    steps: Annotated[int, typer.Option(help="Steps that are counted, after one that is not.")] = 3,
    output: Annotated[Path | None, typer.Option(help="JSON file to write.")] = None,
) -> None:
    """Take steps of one direction, and time the plans in them."""
    device = the_device()
    use_fast_settings(device)
    settings = {"batch_size": batch_size, "width": width, "pool_stride": pool_stride, "pretraining_steps": 0}
    config = DeepJDOTConfig.parse(settings, "the options")
    pair = load_pair(("mnist", "usps"), "bundled", Path(), "train").to(device)
    problem = Problem((ImageShape(1, 28), ImageShape(1, 16)), 10, sources=(0,))
    method = build_method(config, problem, device, autocast(config.precision, device))
    batches = Batches(pair, batch_size, Augmentation(0, 0, 0), device, 0, method.inputs)
    spent: list[float] = []
    plan = deepjdot.transport

    def timed(costs: torch.Tensor) -> torch.Tensor:
        _wait(device)
        begun = time.perf_counter()
        result = plan(costs)
        spent.append(time.perf_counter() - begun)
        return result

    deepjdot.transport = timed
    whole = []
    for _ in range(1 + steps):
        begun = time.perf_counter()
        method.step(*batches.draw())
        _wait(device)
        whole.append(time.perf_counter() - begun)
    result: dict[str, Any] = {
        "settings": settings,
        "step_seconds": sum(whole[1:]) / steps,
        "transport_seconds": sum(spent[1:]) / steps,
        "share": sum(spent[1:]) / sum(whole[1:]),
    }
    print(
        f"a step {result['step_seconds']:.3f} s, of which transport {result['transport_seconds']:.3f} s, "
        f"{result['share']:.0%}"
    )
    if output is not None:
        output.write_text(json.dumps(result | provenance(), indent=2) + "\n")


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


if __name__ == "__main__":
    run_script(main)
