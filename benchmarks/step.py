"""A training step of ours beside a textbook's, in one run on one machine.

    python benchmarks/step.py --width 0.0625 --threads 1

Both are pinned to the same cores, loader workers included, and take turns, so that a machine
that others use too slows both alike: quote the ratio.
"""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Annotated

import torch
import typer
from rich.table import Table
from textbook import Textbook, batches

from lstnet_search.cli.app import run_script
from lstnet_search.cli.options import console
from lstnet_search.config import PRESETS
from lstnet_search.domains import Augmentation, Batches, DomainPair, load
from lstnet_search.methods.lstnet import LSTNet
from lstnet_search.models import ImageShape
from lstnet_search.results.provenance import provenance
from lstnet_search.training import autocast, resolve_precision

WARM_UP = 3


def main(
    width: Annotated[list[float] | None, typer.Option(help="Widths; default 1/16.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads, and cores to pin to.")] = 1,
    rounds: Annotated[int, typer.Option(min=1, help="Turns that each takes.")] = 6,
    steps: Annotated[int, typer.Option(min=1, help="Steps a turn.")] = 5,
    output: Annotated[Path | None, typer.Option(help="JSON to write.")] = None,
) -> None:
    """Time both and print the ratio."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    torch.set_num_threads(threads)
    rows = [_measure(chosen, rounds, steps) | {"threads": threads} for chosen in width or [1 / 16]]
    table = Table("width", "textbook, s", "ours, s", "ratio", "images/s", "precision")
    for row in rows:
        table.add_row(
            f"{row['width']:g}",
            f"{row['textbook_seconds']:.3f}",
            f"{row['our_seconds']:.3f}",
            f"{row['ratio']:.2f}",
            f"{row['images_per_second']:.0f}",
            str(row["precision"]),
        )
    console().print(table)
    print(f"median of {rounds} turns of {steps} steps, batch 64 of each domain, {threads} thread(s)")
    if output is not None:
        output.write_text(json.dumps({"rows": rows} | provenance(), indent=2))


def _measure(width: float, rounds: int, steps: int) -> dict[str, float | str]:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    config = PRESETS["cpu"].trial.override({"width": width}, "--width")
    pair = DomainPair(*(load(name, "bundled", Path(), "train") for name in config.domains))
    shapes = (ImageShape(pair.a.channels, pair.a.side), ImageShape(pair.b.channels, pair.b.side))

    textbook, loaded = Textbook(config, shapes, device), batches(pair, config, device)
    ours = LSTNet(config, shapes, device, autocast("auto", device))
    drawn = Batches(pair, config.batch_size, Augmentation(config.rotation, config.scale, config.shift), device, 0)
    turns: dict[str, Callable[[], object]] = {
        "textbook": lambda: textbook.step(*next(loaded)),
        "ours": lambda: ours.step(*drawn.draw()),
    }
    seconds: dict[str, list[float]] = {name: [] for name in turns}
    for take in turns.values():
        _time(take, WARM_UP, device)
    for _ in range(rounds):
        for name, take in turns.items():
            seconds[name].append(_time(take, steps, device))
    ratios = [slow / fast for slow, fast in zip(seconds["textbook"], seconds["ours"], strict=True)]
    return {
        "width": width,
        "textbook_seconds": median(seconds["textbook"]),
        "our_seconds": median(seconds["ours"]),
        "ratio": median(ratios),
        "images_per_second": 2 * config.batch_size / median(seconds["ours"]),
        "precision": resolve_precision("auto", device),
    }


def _time(take: Callable[[], object], steps: int, device: torch.device) -> float:
    begun = time.perf_counter()
    for _ in range(steps):
        take()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return (time.perf_counter() - begun) / steps


if __name__ == "__main__":
    run_script(main)
