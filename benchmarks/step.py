"""Our training step compared with a textbook's, and the gain of each trick between them.

    python benchmarks/step.py --width 0.0625 --threads 1

All variants, with their loader workers, are pinned to the same cores and take turns. Other load on the machine slows
all of them alike, so quote the ratios. With `--processor-time`, the time of the loaders is left out.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import Annotated, Any

import torch
import typer
from machine import Clock, peak_flops, pin, the_device, workers
from mnist_usps import PROBLEM, SHAPES, bundled_batches, bundled_pair
from reporting import OutputFile, ProcessorTime, write_json
from rich.table import Table
from textbook import Textbook, Tricks, batches
from torch.utils.flop_counter import FlopCounterMode

from lstnet_search.cli.app import run_script
from lstnet_search.config import PRESETS, LSTNetConfig
from lstnet_search.io.console import console
from lstnet_search.methods.lstnet import LSTNet
from lstnet_search.models import fused
from lstnet_search.training import CapturedStep, autocast, resolve_precision, use_fast_settings


@dataclass(frozen=True)
class Row:
    """One variant of a step: the textbook's with some tricks, or ours."""

    name: str
    tricks: Tricks | None = None
    """None for ours."""
    device_batches: bool = True
    kind: type[Textbook] = Textbook
    compiled: bool = False
    fast: bool = False
    captured: bool = False


OURS = Row("ours", compiled=True, fast=True)


def rows_for(device: torch.device) -> list[Row]:
    """From the textbook's step to ours, each with one more trick than the one before."""
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
    if device.type == "cuda":
        return [*rows, Row("+ TF32, tuned cuDNN", fast=True), replace(OURS, name="+ CUDA graph: ours", captured=True)]
    return [*rows, Row("+ freed memory kept", fast=True), replace(OURS, name="+ compiled kernels: ours")]


def main(
    width: Annotated[list[float] | None, typer.Option(help="Width; repeatable. Default: 1/16, 1/8, 1/4.")] = None,
    threads: Annotated[list[int] | None, typer.Option(min=1, help="Pinned threads; repeatable. Default: 1.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Turns of each variant.")] = 6,
    steps: Annotated[int, typer.Option(min=1, help="Steps per turn.")] = 4,
    ends: Annotated[bool, typer.Option("--ends", help="Measure only the textbook's step and ours.")] = False,
    warm_up: Annotated[int, typer.Option(min=1, help="Steps of each variant before those that are measured.")] = 4,
    processor_time: ProcessorTime = False,
    output: OutputFile = None,
) -> None:
    """Time all variants, and print the ratios."""
    measured: list[dict[str, Any]] = []
    clock = time.process_time if processor_time else time.perf_counter
    for count in sorted(threads or [1], reverse=True):  # a process can give up cores, but not get them back
        pin(count)
        for each in width or [1 / 16, 1 / 8, 1 / 4]:
            chosen = rows_for(the_device())
            if ends:
                chosen = [chosen[0], chosen[-1]]
            rows = measure(chosen, each, rounds, steps, warm_up, clock)
            measured += [row | {"width": each, "threads": count} for row in rows]
            console().print(table(f"width {each:g}, {count} thread(s)", rows))
            write_json(output, {"rows": measured})  # after every table, in case a later one fails
    print(f"median of {rounds} turns of {steps} steps, batch 64 of each domain")


def table(title: str, rows: list[dict[str, Any]]) -> Table:
    """What `measure` returned. The first row is the one that ratios refer to."""
    table = Table(title=title, title_justify="left")
    for heading in ("", "s/step", "× first row", "× row above", "images/s", "share of peak", "MiB"):
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


def measure(
    chosen: list[Row], width: float, rounds: int, steps: int, warm_up: int, clock: Clock
) -> list[dict[str, Any]]:
    """Time variants of a step, which take turns.

    Args:
        chosen: the variants; ratios refer to the first one.
        width: of the networks.
        rounds: turns of each variant.
        steps: steps per turn.
        warm_up: steps of each variant before that.
        clock: measures the seconds.
    """
    device = the_device()
    dtype = torch.bfloat16 if resolve_precision("auto", device) == "bfloat16" else torch.float32
    before, operations = peak_flops(device, dtype), _operations(width)
    with workers([partial(_build, row, width) for row in chosen], clock) as started:
        for worker in started:
            worker.seconds(warm_up)
        seconds = [[worker.seconds(steps) for worker in started] for _ in range(rounds)]
        memory = [worker.end() for worker in started]
    peak = max(before, peak_flops(device, dtype))
    measured = []
    for index, row in enumerate(chosen):
        row_seconds = median(turn[index] for turn in seconds)
        measured.append(
            {
                "name": row.name,
                "seconds": row_seconds,
                "ratio": median(turn[0] / turn[index] for turn in seconds),
                "gain": median(turn[max(0, index - 1)] / turn[index] for turn in seconds),
                "images_per_second": 2 * PRESETS["cpu"].trial.batch_size / row_seconds,
                "share_of_peak": operations / row_seconds / peak,
                "peak_flops": peak,
                "flop_per_step": operations,
                "peak_memory_mib": memory[index],
            }
        )
    return measured


def _build(row: Row, width: float) -> Callable[[], object]:
    """A call that draws a batch and takes one step."""
    device = the_device()
    changes = {"width": width, "cuda_graph": row.captured}
    config = PRESETS["cpu"].trial.override(changes, "--width")
    assert isinstance(config, LSTNetConfig)
    step = _step(row, config, device)
    if not row.device_batches:
        loaded = batches(bundled_pair(), config, device)
        return lambda: step(*next(loaded))
    drawn = bundled_batches(config, device)
    return lambda: step(*drawn.draw())


def _step(row: Row, config: LSTNetConfig, device: torch.device) -> Callable[..., object]:
    if not row.compiled:
        vars(fused)["library"] = lambda real: None  # as on a machine without a compiler
    if row.tricks is not None:
        return row.kind(config, SHAPES, device, row.tricks).step
    if row.fast:
        use_fast_settings(device)
    ours = LSTNet(config, PROBLEM, device, autocast("auto", device))
    return CapturedStep(ours.step) if row.captured else ours.step


def _operations(width: float) -> float:
    """Arithmetic operations of one step of ours, counted for a small batch and scaled."""
    config = PRESETS["cpu"].trial.override({"width": width, "precision": "float32"}, "--width")
    assert isinstance(config, LSTNetConfig)
    step = _step(Row("ours"), config, torch.device("cpu"))
    images = [torch.zeros(2, shape.channels, shape.side, shape.side) for shape in SHAPES]
    with FlopCounterMode(display=False) as counter:
        step(*images)
    return float(counter.get_total_flops()) * config.batch_size / 2


if __name__ == "__main__":
    run_script(main)
