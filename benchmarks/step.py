"""A training step of ours beside a textbook's, in one run on one machine, and what each trick gave.

    python benchmarks/step.py --width 0.0625 --threads 1

All are pinned to the same cores, loader workers included, and take turns, so that a machine
that others use too slows them alike: quote the ratios.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import torch
import typer
from machine import all_apart, peak_flops, pin, the_device
from rich.table import Table
from textbook import Textbook, Tricks, batches
from torch.utils.flop_counter import FlopCounterMode

from lstnet_search.cli.app import run_script
from lstnet_search.cli.options import console
from lstnet_search.config import PRESETS, LSTNetConfig
from lstnet_search.domains import Augmentation, Batches, DomainPair, load
from lstnet_search.methods.lstnet import LSTNet
from lstnet_search.models import ImageShape
from lstnet_search.results.folder.provenance import provenance
from lstnet_search.training import CapturedStep, autocast, resolve_precision, use_fast_settings

Turn = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One way to take a step: the textbook's with some tricks, or ours."""

    name: str
    tricks: Tricks | None = None
    """None for ours."""
    device_batches: bool = True
    fast: bool = False
    captured: bool = False


def rows_for(device: torch.device) -> list[Row]:
    """From the textbook to ours, each with one trick more than the one before."""
    one_graph = Tricks(one_graph=True)
    layout = replace(one_graph, channels_last=True)
    fused = replace(layout, fused=True)
    rows = [
        Row("textbook", Tricks(), device_batches=False),
        Row("+ batches on the device", Tricks()),
        Row("+ one graph for both updates", one_graph),
        Row("+ channels_last", layout),
        Row("+ fused Adam", fused),
    ]
    if resolve_precision("auto", device) == "bfloat16":
        rows.append(Row("+ bfloat16 autocast", replace(fused, autocast=autocast("bfloat16", device))))
    rows.append(Row("+ shared decoding, no waiting"))
    rows.append(Row(f"+ {'TF32, tuned cuDNN' if device.type == 'cuda' else 'freed memory kept'}: ours", fast=True))
    if device.type == "cuda":
        rows.append(Row("+ CUDA graph", fast=True, captured=True))
    return rows


def main(
    width: Annotated[list[float] | None, typer.Option(help="Widths; default 1/16, 1/8, 1/4.")] = None,
    threads: Annotated[list[int] | None, typer.Option(min=1, help="Threads, and cores to pin to; default 1.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Turns that each takes.")] = 6,
    steps: Annotated[int, typer.Option(min=1, help="Steps a turn.")] = 4,
    ends: Annotated[bool, typer.Option("--ends", help="Only the textbook and ours.")] = False,
    warm_up: Annotated[int, typer.Option(min=1, help="Steps of each that do not count.")] = 4,
    output: Annotated[Path | None, typer.Option(help="JSON to write.")] = None,
) -> None:
    """Time the rows and print the ratios."""
    measured: list[dict[str, Any]] = []
    for count in sorted(threads or [1], reverse=True):  # cores can be given up, not taken back
        pin(count)
        for chosen in width or [1 / 16, 1 / 8, 1 / 4]:
            rows = _measure(chosen, rounds, steps, warm_up, ends=ends)
            measured += [row | {"width": chosen, "threads": count} for row in rows]
            console().print(_table(f"width {chosen:g}, {count} thread(s)", rows))
            if output is not None:  # what was measured stays, whatever happens to the rest
                output.parent.mkdir(parents=True, exist_ok=True)
                output.write_text(json.dumps({"rows": measured} | provenance(), indent=2) + "\n")
    print(f"median of {rounds} turns of {steps} steps, batch 64 of each domain")


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("", "s/step", "× textbook", "× row above", "images/s", "share of peak", "MiB"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for row in rows:
        table.add_row(
            row["name"],
            f"{row['seconds']:.4f}",
            f"{row['ratio']:.2f}",
            f"{row['gain']:.2f}",
            f"{row['images_per_second']:.0f}",
            f"{100 * row['share_of_peak']:.0f} %",
            f"{row['peak_memory_mib']:.0f}",
        )
    return table


def _measure(width: float, rounds: int, steps: int, warm_up: int, *, ends: bool) -> list[dict[str, Any]]:
    device = the_device()
    chosen = rows_for(device)
    if ends:
        chosen = [chosen[0], *(row for row in chosen if row.fast)]
    dtype = torch.bfloat16 if resolve_precision("auto", device) == "bfloat16" else torch.float32
    before, operations = peak_flops(device, dtype), _operations(width)
    with all_apart([partial(_build, row, width) for row in chosen]) as apart:
        for each in apart:
            each.seconds(warm_up)
        seconds = [[each.seconds(steps) for each in apart] for _ in range(rounds)]
        memory = [each.end() for each in apart]
    peak = max(before, peak_flops(device, dtype))
    measured = []
    for place, row in enumerate(chosen):
        mine = median(turn[place] for turn in seconds)
        measured.append(
            {
                "name": row.name,
                "seconds": mine,
                "ratio": median(turn[0] / turn[place] for turn in seconds),
                "gain": median(turn[max(0, place - 1)] / turn[place] for turn in seconds),
                "images_per_second": 2 * PRESETS["cpu"].trial.batch_size / mine,
                "share_of_peak": operations / mine / peak,
                "peak_flops": peak,
                "flop_per_step": operations,
                "peak_memory_mib": memory[place],
            }
        )
    return measured


def _build(row: Row, width: float) -> Turn:
    """What takes one step, batch and all."""
    device = the_device()
    captures = {"width": width, "cuda_graph": row.captured}
    config = PRESETS["cpu"].trial.override(captures, "--width")
    pair = DomainPair(*(load(name, "bundled", Path(), "train") for name in config.domains))
    shapes = (ImageShape(pair.a.channels, pair.a.side), ImageShape(pair.b.channels, pair.b.side))
    step = _step(row, config, shapes, device)
    if not row.device_batches:
        loaded = batches(pair, config, device)
        return lambda: step(*next(loaded))
    augmentation = Augmentation(config.rotation, config.scale, config.shift)
    drawn = Batches(pair, config.batch_size, augmentation, device, 0)
    return lambda: step(*drawn.draw())


def _step(
    row: Row, config: LSTNetConfig, shapes: tuple[ImageShape, ImageShape], device: torch.device
) -> Callable[..., object]:
    if row.tricks is not None:
        return Textbook(config, shapes, device, row.tricks).step
    if row.fast:
        use_fast_settings(device)
    ours = LSTNet(config, shapes, device, autocast("auto", device))
    return CapturedStep(ours.step) if row.captured else ours.step


def _operations(width: float) -> float:
    """Arithmetic operations of one step of ours, counted at a small batch and scaled."""
    take = Row("ours")
    config = PRESETS["cpu"].trial.override({"width": width, "precision": "float32"}, "--width")
    step = _step(take, config, (ImageShape(1, 28), ImageShape(1, 16)), torch.device("cpu"))
    images = [torch.zeros(2, 1, side, side) for side in (28, 16)]
    with FlopCounterMode(display=False) as counter:
        step(*images)
    return float(counter.get_total_flops()) * config.batch_size / 2


if __name__ == "__main__":
    run_script(main)
