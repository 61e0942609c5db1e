"""The effect of training tricks: accuracy, spread over seeds, swapped classes, and time to an accuracy.

    python benchmarks/recipe.py --data-dir DATA --output benchmarks/results/recipe.json

Each row is a training with the paper's weights and some settings, repeated with several seeds, scored on validation
images. Trainings that the output file already holds are not repeated, so the benchmark can be stopped and continued.
Time is the processor time of one core, without evaluation. It is comparable between rows that ran side by side.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, stdev
from typing import Annotated, Any, cast

import torch
import typer
from machine import the_device
from reporting import DataDir, continued, empty_table, write_json
from rich.table import Table
from textbook import Textbook, batches
from torch import nn

from lstnet_search.cli.app import run_script
from lstnet_search.config import PRESETS, LSTNetConfig
from lstnet_search.config.metrics import TARGET, accuracy_name, directions_of
from lstnet_search.evaluation import (
    ClassifierSettings,
    EvaluatedTraining,
    Evaluator,
    Prepared,
    TranslatesImages,
    adapt,
    prepare,
    reader_accuracies,
)
from lstnet_search.io.cache_dir import default_cache_dir
from lstnet_search.io.console import console
from lstnet_search.methods.resizing import Resizing

REACHED = (0.90, 0.95, 0.97)
"""Accuracies; the time to reach each is measured."""
REPORTS = 15

BEFORE = {"anchor": 0, "learning_rate": 1e-3, "cooldown": 0}
ROWS: dict[str, dict[str, Any]] = {
    "no translation": {},
    "textbook": {"learning_rate": 1e-4, "ema_decay": 0, "batch_norm_momentum": 0.01},
    "without an anchor": BEFORE,
    "anchored": BEFORE | {"anchor": 200},
    "cpu preset: and 2e-3, falling late": {},
    "and at least 16 filters": {"min_filters": 16},
    "and 1/8 width": {"min_filters": 16, "width": 1 / 8},
}
"""Settings that differ from the preset `cpu`, by name of the row."""


def main(
    only: Annotated[list[str] | None, typer.Option(help="Rows to train. Default: all.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Trainings in each row.")] = 5,
    steps: Annotated[int, typer.Option(min=1, help="Steps per training.")] = 1500,
    data_dir: DataDir = None,
    processes: Annotated[int, typer.Option(min=1, help="Parallel trainings, one thread each.")] = 1,
    output: Annotated[Path, typer.Option(help="JSON file to write; an existing one is continued.")] = Path(
        "benchmarks/results/recipe.json"
    ),
) -> None:
    """Train what is missing, and print a line per row."""
    about = {"steps": steps, "data": "bundled" if data_dir is None else "full"}
    done = continued(output, about, "trainings")
    recorded = {(each["row"], each["seed"]) for each in done["trainings"]}
    wanted = [(row, seed) for seed in range(seeds) for row in only or ROWS]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(_train, *each, steps, data_dir) for each in wanted if each not in recorded]
        for future in as_completed(futures):
            done["trainings"].append(future.result())
            write_json(output, done)
            print(future.result(), flush=True)
    console().print(_table(done["trainings"]))


def _train(row: str, seed: int, steps: int, data_dir: Path | None) -> dict[str, Any]:
    """One training: its curve, and the accuracy of each reader with its last state."""
    torch.set_num_threads(1)
    config, device = settings(row, seed, steps, data_dir), the_device()
    prepared = prepare(config, data_dir or Path(), device)
    curve: list[dict[str, float]] = []
    network: TranslatesImages = Resizing(prepared.validation)
    swapped = False
    if row != "no translation":
        points = (train_textbook if row == "textbook" else train_ours)(config, prepared, device)
        for point, network, swapped in points:  # noqa: B007 (those of the last report are used)
            curve.append(point)
    adapted = adapt(network, prepared.train, ClassifierSettings.of(config), seed, default_cache_dir("classifiers"))
    readers = reader_accuracies(network, prepared.validation, prepared.classifiers, adapted)
    return {"row": row, "seed": seed, "swapped": swapped, "curve": curve, "readers": readers}


def settings(row: str, seed: int, steps: int, data_dir: Path | None) -> LSTNetConfig:
    """The settings of a training."""
    changes = ROWS[row] | {
        "seed": seed,
        "steps": steps,
        "reports": REPORTS,
        "data": "bundled" if data_dir is None else "full",
        "classifier_steps": 2000 if data_dir else PRESETS["cpu"].trial.classifier_steps,
    }
    config = PRESETS["cpu"].trial.override(changes, "the benchmark")
    assert isinstance(config, LSTNetConfig)
    return config


Point = tuple[dict[str, float], TranslatesImages, bool]
"""Step, core-seconds and accuracy of a report; the network; whether it swaps classes."""


class _Timed(EvaluatedTraining):
    """A training that measures the processor seconds of its evaluation."""

    evaluating = 0.0

    @torch.inference_mode()
    def _evaluate(self, network: nn.Module) -> dict[str, float]:
        started = time.process_time()
        metrics = super()._evaluate(network)
        self.evaluating += time.process_time() - started
        return metrics


def train_ours(config: LSTNetConfig, prepared: Prepared, device: torch.device) -> Iterator[Point]:
    """Train as we do, and yield a point at each report."""
    started, training = time.process_time(), _Timed(config, prepared, "both", device)
    for report in training:
        spent = time.process_time() - started - training.evaluating
        network = cast(TranslatesImages, report.evaluated)
        yield _point(report.step, spent, report.metrics[TARGET]), network, bool(training.alarms)


def train_textbook(
    config: LSTNetConfig, prepared: Prepared, device: torch.device, kind: type[Textbook] = Textbook
) -> Iterator[Point]:
    """Train as a textbook does. The time of the processes that load its images is not counted."""
    torch.manual_seed(config.seed)
    evaluator = Evaluator(prepared.validation, prepared.classifiers, resized_labels=prepared.resized_labels)
    textbook, stream = kind(config, prepared.shapes, device), batches(prepared.train, config, device)
    started, spent = time.process_time(), 0.0
    for step in range(1, config.steps + 1):
        textbook.step(*next(stream))
        if step in config.report_steps:
            spent += time.process_time() - started
            metrics = evaluator(textbook.net)
            textbook.net.train()
            accuracy = mean(metrics[accuracy_name(name)] for name in prepared.directions)
            swapped = any(each.alarming for each in evaluator.permutations.values())
            yield _point(step, spent, accuracy), textbook.net, swapped
            started = time.process_time()


def _point(step: int, spent: float, accuracy: float) -> dict[str, float]:
    return {"step": step, "core_seconds": round(spent, 2), "accuracy": accuracy}


def _table(trainings: list[dict[str, Any]]) -> Table:
    first, second = directions_of(*PRESETS["cpu"].trial.domains)
    headings = ("", "seeds", "mean ± s.d.", "worst", "swapped", *(f"to {each:.2f}" for each in REACHED))
    table = empty_table(f"validation accuracy, per cent: {first} / {second}; core-seconds", (*headings, "adapted"))
    for row in ROWS:
        of_row = [each for each in trainings if each["row"] == row]
        if not of_row:
            continue
        means = [100 * mean(each["readers"]["translated"].values()) for each in of_row]
        spread = f" ± {stdev(means):.2f}" if len(means) > 1 else ""
        adapted = (mean(each["readers"]["adapted"][name] for each in of_row) for name in (first, second))
        table.add_row(
            row,
            str(len(of_row)),
            f"{mean(means):.2f}{spread}",
            f"{min(means):.2f}",
            f"{sum(each['swapped'] for each in of_row)}",
            *(_time_to(of_row, level) for level in REACHED),
            " / ".join(f"{100 * value:.2f}" for value in adapted),
        )
    return table


def _time_to(trainings: list[dict[str, Any]], level: float) -> str:
    """Mean core-seconds until a level is reached, and how many trainings reach it."""
    reached = [
        next(point["core_seconds"] for point in each["curve"] if point["accuracy"] >= level)
        for each in trainings
        if any(point["accuracy"] >= level for point in each["curve"])
    ]
    return f"{mean(reached):.0f} s ({len(reached)})" if reached else "–"


if __name__ == "__main__":
    run_script(main)
