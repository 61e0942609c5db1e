"""Trials an hour on one GPU: one after the other, side by side, and as one network of groups.

    python benchmarks/gpu_trials.py --output benchmarks/results/gpu_trials.json

A trial is a training of the `paper` preset, of which a few steps are taken.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from grouped import grouped_lstnet
from machine import Apart, all_apart, the_device
from rich.table import Table

from lstnet_search.cli.app import run_script
from lstnet_search.cli.options import console
from lstnet_search.config import PRESETS, LSTNetConfig
from lstnet_search.domains import Augmentation, Batches, DomainPair, load
from lstnet_search.methods.lstnet import LSTNet
from lstnet_search.models import ImageShape
from lstnet_search.results.folder.provenance import provenance
from lstnet_search.training import CapturedStep, autocast, use_fast_settings

POINTS: tuple[dict[str, float], ...] = (
    {},  # the paper's weights
    {"wl": 0.1},
    {"w3": 20, "w4": 20},
    {"w1": 100, "w2": 100},
)


def main(
    width: Annotated[float, typer.Option(help="Of the networks.")] = 1.0,
    batch: Annotated[int, typer.Option(min=2, help="Images of each domain a step.")] = 64,
    steps: Annotated[int, typer.Option(min=1, help="Steps that count, of each.")] = 100,
    warm_up: Annotated[int, typer.Option(min=1, help="Steps that do not.")] = 10,
    output: Annotated[Path | None, typer.Option(help="JSON to write.")] = None,
) -> None:
    """Time all of it and print trials an hour."""
    config = PRESETS["paper"].trial.override({"width": width, "batch_size": batch}, "the options")
    rows: list[dict[str, Any]] = []
    for name, builds, trials_each in _ways(config):
        row = _row(name, builds, steps, warm_up, trials_each)
        row["trials_an_hour"] = 3600 * row["trials"] / (row["seconds"] * config.steps)
        rows.append(row)
        print(f"{name}: {row['seconds']:.4f} s/step of all", flush=True)
        if output is not None:  # what was measured stays, whatever happens to the rest
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_text(json.dumps({"rows": rows, "width": width} | provenance(), indent=2) + "\n")
    console().print(_table(rows))


def _ways(config: LSTNetConfig) -> Iterator[tuple[str, list[Any], int]]:
    """A name, what to run side by side, and the trials that each of these is."""
    for count in (1, 2, 4):
        points = [config.override(point, "a point") for point in POINTS[:count]]
        yield f"{count} process(es)", [partial(_trial, point) for point in points], 1
    for groups in (2, 4):
        yield f"{groups} groups", [partial(_groups, config, groups)], groups


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table("", "s/step of all", "trials an hour", "× one by one", "MiB")
    for row in rows:
        gain = row["trials_an_hour"] / rows[0]["trials_an_hour"]
        numbers = f"{row['seconds']:.4f}", f"{row['trials_an_hour']:.2f}", f"{gain:.2f}"
        table.add_row(row["name"], *numbers, f"{row['peak_memory_mib']:.0f}")
    return table


def _row(name: str, builds: list[Any], steps: int, warm_up: int, trials_each: int) -> dict[str, Any]:
    def together(apart: list[Apart], times: int) -> float:
        for each in apart:
            each.begin(times)
        return max([each.finish() for each in apart])

    with all_apart(builds) as apart:
        together(apart, warm_up)
        seconds = together(apart, steps)
        memory = sum(each.end() for each in apart)
    return {"name": name, "trials": len(builds) * trials_each, "seconds": seconds, "peak_memory_mib": memory}


def _trial(config: LSTNetConfig) -> Any:
    device = the_device()
    use_fast_settings(device)
    method = LSTNet(config, (ImageShape(1, 28), ImageShape(1, 16)), device, autocast(config.precision, device))
    return _taking(method.step, _batches(config, device).draw, device)


def _groups(config: LSTNetConfig, groups: int) -> Any:
    device = the_device()
    use_fast_settings(device)
    method = grouped_lstnet(config, (ImageShape(1, 28), ImageShape(1, 16)), device, groups)
    batches = _batches(config, device)

    def repeated() -> tuple[torch.Tensor, torch.Tensor]:
        x_a, x_b = (
            images.repeat(1, groups, 1, 1).contiguous(memory_format=torch.channels_last) for images in batches.draw()
        )
        return x_a, x_b

    return _taking(method.step, repeated, device)


def _taking(
    step: Callable[..., torch.Tensor],
    draw: Callable[[], tuple[torch.Tensor, ...]],
    device: torch.device,
) -> Callable[[], object]:
    """What draws a batch and takes a step, as a training would."""
    take = CapturedStep(step) if device.type == "cuda" else step
    return lambda: take(*draw())


def _batches(config: LSTNetConfig, device: torch.device) -> Batches:
    pair = DomainPair(*(load(name, "bundled", Path(), "train") for name in config.domains))
    augmentation = Augmentation(config.rotation, config.scale, config.shift)
    return Batches(pair, config.batch_size, augmentation, device, 0)


if __name__ == "__main__":
    run_script(main)
