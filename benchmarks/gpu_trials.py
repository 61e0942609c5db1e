"""Trials per hour on one GPU: one after the other, in parallel processes, and fused into one network of groups.

    python benchmarks/gpu_trials.py --output benchmarks/results/gpu_trials.json

A trial is a training of the `paper` preset. A few of its steps are measured.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated, Any

import torch
import typer
from grouped import grouped_lstnet
from machine import Worker, the_device, workers
from mnist_usps import PROBLEM, SHAPES, bundled_batches
from reporting import OutputFile, write_json
from rich.table import Table

from lstnet_search.cli.app import run_script
from lstnet_search.config import PRESETS, LSTNetConfig
from lstnet_search.io.console import console
from lstnet_search.methods.lstnet import LSTNet
from lstnet_search.training import CapturedStep, autocast, use_fast_settings

POINTS: tuple[dict[str, float], ...] = (
    {},  # the paper's weights
    {"wl": 0.1},
    {"w3": 20, "w4": 20},
    {"w1": 100, "w2": 100},
)


def main(
    width: Annotated[float, typer.Option(help="Width of the networks.")] = 1.0,
    batch: Annotated[int, typer.Option(min=2, help="Images of each domain per step.")] = 64,
    steps: Annotated[int, typer.Option(min=1, help="Measured steps per trial.")] = 100,
    warm_up: Annotated[int, typer.Option(min=1, help="Steps before those that are measured.")] = 10,
    processes: Annotated[
        list[int] | None, typer.Option(help="Parallel processes; repeatable. Default: 1, 2, 4.")
    ] = None,
    groups: Annotated[
        list[int] | None, typer.Option(help="Groups of the fused network; repeatable. Default: 2, 4.")
    ] = None,
    output: OutputFile = None,
) -> None:
    """Time each way to run trials, and print trials per hour."""
    config = PRESETS["paper"].trial.override({"width": width, "batch_size": batch}, "the options")
    assert isinstance(config, LSTNetConfig)
    rows: list[dict[str, Any]] = []
    for name, builds, trials_each in _ways(config, processes or [1, 2, 4], groups or [2, 4]):
        row = _row(name, builds, steps, warm_up, trials_each)
        row["trials_an_hour"] = 3600 * row["trials"] / (row["seconds"] * config.steps)
        rows.append(row)
        print(f"{name}: {row['seconds']:.4f} s/step of all", flush=True)
        write_json(output, {"rows": rows, "width": width})  # after every row, in case a later one fails
    console().print(_table(rows))


def _ways(config: LSTNetConfig, processes: list[int], grouped: list[int]) -> Iterator[tuple[str, list[Any], int]]:
    """For each way to run trials: its name, what runs in parallel, and how many trials each of these stands for."""
    for count in processes:
        points = [config.override(point, "a point") for point in POINTS[:count]]
        yield f"{count} process(es)", [partial(_trial, point) for point in points], 1
    for groups in grouped:
        yield f"{groups} groups", [partial(_groups, config, groups)], groups


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table("", "s/step of all", "trials an hour", "× one by one", "MiB")
    for row in rows:
        gain = row["trials_an_hour"] / rows[0]["trials_an_hour"]
        numbers = f"{row['seconds']:.4f}", f"{row['trials_an_hour']:.2f}", f"{gain:.2f}"
        table.add_row(row["name"], *numbers, f"{row['peak_memory_mib']:.0f}")
    return table


def _row(name: str, builds: list[Any], steps: int, warm_up: int, trials_each: int) -> dict[str, Any]:
    def run_all(parallel: list[Worker], times: int) -> float:
        for worker in parallel:
            worker.begin(times)
        return max([worker.finish() for worker in parallel])

    with workers(builds) as parallel:
        run_all(parallel, warm_up)
        seconds = run_all(parallel, steps)
        memory = sum(worker.end() for worker in parallel)
    return {"name": name, "trials": len(builds) * trials_each, "seconds": seconds, "peak_memory_mib": memory}


def _trial(config: LSTNetConfig) -> Any:
    device = the_device()
    use_fast_settings(device)
    method = LSTNet(config, PROBLEM, device, autocast(config.precision, device))
    return _drawn_step(method.step, bundled_batches(config, device).draw, device)


def _groups(config: LSTNetConfig, groups: int) -> Any:
    device = the_device()
    use_fast_settings(device)
    method = grouped_lstnet(config, SHAPES, device, groups)
    batches = bundled_batches(config, device)

    def repeated() -> tuple[torch.Tensor, torch.Tensor]:
        x_a, x_b = (
            images.repeat(1, groups, 1, 1).contiguous(memory_format=torch.channels_last) for images in batches.draw()
        )
        return x_a, x_b

    return _drawn_step(method.step, repeated, device)


def _drawn_step(
    step: Callable[..., torch.Tensor],
    draw: Callable[[], tuple[torch.Tensor, ...]],
    device: torch.device,
) -> Callable[[], object]:
    """A call that draws a batch and takes a step, as a training does."""
    take = CapturedStep(step) if device.type == "cuda" else step
    return lambda: take(*draw())


if __name__ == "__main__":
    run_script(main)
