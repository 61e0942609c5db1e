"""Ours against what a user would write instead: a textbook's loop, and Eq. 1 taken literally.

    python benchmarks/alternatives.py --output benchmarks/results/alternatives.json
    python benchmarks/alternatives.py --accuracy 0.9 --steps 1500

All three train the same networks on the same images, on the same cores, and take turns. The textbook and Eq. 1 have a
DataLoader with two workers, and float32. Eq. 1 computes the whole objective, with all gradients, for each of its two
updates per batch. With `--accuracy`, all three are also trained until they reach it on validation images.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from machine import pin, the_device
from recipe import Point, settings, train_ours, train_textbook
from reporting import DataDir, OutputFile, ProcessorTime, empty_table, write_json
from step import OURS, Row, measure, table
from textbook import Tricks, WholeObjectiveTwice

from lstnet_search.cli.app import run_script
from lstnet_search.config import LSTNetConfig
from lstnet_search.evaluation import Prepared, prepare
from lstnet_search.io.console import console

WAYS: dict[str, tuple[Row, str, Callable[[LSTNetConfig, Prepared, torch.device], Iterator[Point]]]] = {
    "textbook": (
        Row("textbook", Tricks(), device_batches=False),
        "textbook",
        train_textbook,
    ),
    "whole objective twice": (
        Row("whole objective twice", Tricks(), device_batches=False, kind=WholeObjectiveTwice),
        "textbook",
        partial(train_textbook, kind=WholeObjectiveTwice),
    ),
    "ours": (OURS, "cpu preset: and 2e-3, falling late", train_ours),
}
"""A step, the row of `recipe.py` whose settings it is trained with, and its training."""


def main(
    width: Annotated[list[float] | None, typer.Option(help="Width; repeatable. Default: 1/16, 1/8, 1/4.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Pinned threads.")] = 1,
    rounds: Annotated[int, typer.Option(min=1, help="Turns of each way.")] = 6,
    steps_per_turn: Annotated[int, typer.Option(min=1, help="Steps per turn.")] = 4,
    warm_up: Annotated[int, typer.Option(min=1, help="Steps of each way before those that are measured.")] = 2,
    processor_time: ProcessorTime = False,
    accuracy: Annotated[float | None, typer.Option(help="Also train until this validation accuracy, 0 to 1.")] = None,
    steps: Annotated[int, typer.Option(min=1, help="The most steps of such a training.")] = 1500,
    data_dir: DataDir = None,
    output: OutputFile = None,
) -> None:
    """Time a step of each way, and print the ratios; then train, if an accuracy is given."""
    pin(threads)
    clock = time.process_time if processor_time else time.perf_counter
    result: dict[str, Any] = {"threads": threads, "clock": clock.__name__, "steps": [], "trainings": []}
    for each in width or [1 / 16, 1 / 8, 1 / 4]:
        rows = measure([row for row, *_ in WAYS.values()], each, rounds, steps_per_turn, warm_up, clock)
        result["steps"] += [row | {"width": each} for row in rows]
        console().print(table(f"width {each:g}, {threads} thread(s)", rows))
        write_json(output, result)
    if accuracy is None:
        return
    for way in WAYS:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:  # settings of one do not reach another
            result["trainings"].append(pool.submit(train_until, way, accuracy, steps, data_dir).result())
        write_json(output, result)
    headings = ("", "steps", "core-seconds", "accuracy")
    trained = empty_table(f"until {accuracy:g}, or {steps} steps; 1/16 width", headings)
    for row in result["trainings"]:
        trained.add_row(row["way"], str(row["step"]), f"{row['core_seconds']:.0f}", f"{row['accuracy']:.3f}")
    console().print(trained)


def train_until(way: str, accuracy: float, steps: int, data_dir: Path | None) -> dict[str, Any]:
    """Train in one way until the mean validation accuracy of both directions, and return the last report."""
    torch.set_num_threads(1)
    _, row, train = WAYS[way]
    config, device = settings(row, 0, steps, data_dir), the_device()
    point: dict[str, float] = {}
    for point, *_ in train(config, prepare(config, data_dir or Path(), device), device):
        if point["accuracy"] >= accuracy:
            break
    return {"way": way} | point


if __name__ == "__main__":
    run_script(main)
