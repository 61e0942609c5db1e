"""The cost of the fast number format in accuracy: the same seeds trained in float32 and in bfloat16.

    python benchmarks/precision.py --data-dir DATA --output benchmarks/results/precision.json

On hardware without bfloat16, its rounding is emulated: the input, weights and output of a convolution and all their
gradients are rounded, and sums are computed in float32. Trainings that the output file already holds are not repeated,
so the benchmark can be stopped and continued.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import AbstractContextManager, nullcontext
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, stdev
from typing import Annotated, Any

import torch
import typer
from machine import the_device
from reporting import DataDir, continued, empty_table, write_json
from rich.table import Table
from scipy.stats import t
from torch import Tensor
from torch.overrides import TorchFunctionMode

from lstnet_search.cli.app import run_script
from lstnet_search.config import PRESETS, LSTNetConfig
from lstnet_search.evaluation import Evaluator, prepare
from lstnet_search.io.console import console
from lstnet_search.methods.lstnet import LSTNet
from lstnet_search.training import autocast, resolve_precision, train

CONVOLUTIONS = (torch.conv2d, torch.conv_transpose2d, torch.nn.functional.conv2d)


class Rounded(TorchFunctionMode):
    """Makes convolutions round as on bfloat16 hardware, on hardware without bfloat16."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Round inputs and outputs. The casts also round the gradients in the backward pass."""
        if func not in CONVOLUTIONS:
            return func(*args, **kwargs or {})
        return rounded(func(*map(rounded, args), **kwargs or {}))


def rounded(value: Any) -> Any:
    """A tensor rounded to bfloat16 and cast back to its type; any other value unchanged."""
    return value.bfloat16().to(value.dtype) if isinstance(value, Tensor) else value


class InContext:
    """A translator that runs in a number format. The classifiers that read its images stay in float32."""

    def __init__(self, translator: Any, context: Callable[[], AbstractContextManager[Any]]) -> None:
        self._translator, self._context = translator, context
        self.modules, self.eval = translator.modules, translator.eval

    def translate(self, images: Tensor, source: int) -> Tensor:
        """Translate as the wrapped translator, in the number format."""
        with self._context():
            translated: Tensor = self._translator.translate(images, source)
        return translated


def main(
    seeds: Annotated[int, typer.Option(min=2, help="Trainings in each format.")] = 5,
    steps: Annotated[int, typer.Option(min=1, help="Steps per training.")] = 1500,
    data_dir: DataDir = None,
    processes: Annotated[int, typer.Option(min=1, help="Parallel trainings, one thread each.")] = 1,
    output: Annotated[Path, typer.Option(help="JSON file to write; an existing one is continued.")] = Path(
        "benchmarks/results/precision.json"
    ),
) -> None:
    """Train, and print the accuracies of both formats and their difference with its 95 % interval."""
    kind = "bfloat16" if resolve_precision("auto", the_device()) == "bfloat16" else "bfloat16, emulated"
    about = {"steps": steps, "data": "bundled" if data_dir is None else "full", "format": kind}
    done = continued(output, about, "rows")
    recorded = {(row["seed"], row["format"]) for row in done["rows"]}
    missing = [(seed, name) for seed in range(seeds) for name in ("float32", kind) if (seed, name) not in recorded]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(_accuracy, seed, name, steps, data_dir) for seed, name in missing]
        for future in as_completed(futures):
            done["rows"].append(future.result())
            write_json(output, done)
            print(future.result(), flush=True)
    console().print(_table(done["rows"], kind))


def _accuracy(seed: int, name: str, steps: int, data_dir: Path | None) -> dict[str, Any]:
    torch.set_num_threads(1)
    device = the_device()
    data = "bundled" if data_dir is None else "full"
    changes = {"seed": seed, "steps": steps, "data": data, "reports": 1}
    config = PRESETS["cpu"].trial.override(changes, "the options")
    assert isinstance(config, LSTNetConfig)
    prepared = prepare(config, data_dir or Path(), device)
    context: Callable[[], AbstractContextManager[Any]] = {
        "float32": nullcontext,
        "bfloat16": autocast("bfloat16", device),
        "bfloat16, emulated": Rounded,
    }[name]
    method = LSTNet(config, prepared.problem("both"), device, context)
    evaluator = Evaluator(prepared.validation, prepared.classifiers, resized_labels=prepared.resized_labels)

    (report,) = train(config, prepared.train, method, lambda net: evaluator(InContext(net, context)))
    accuracies = {key: value for key, value in report.metrics.items() if key.startswith("val_accuracy")}
    return {"seed": seed, "format": name} | accuracies


def _table(rows: list[dict[str, Any]], kind: str) -> Table:
    table = empty_table("validation accuracy, per cent", ("", "float32", kind, "difference", "95 % interval", "seeds"))
    by_seed = {(row["seed"], row["format"]): row for row in rows}
    seeds = sorted({seed for seed, _ in by_seed})
    for name in (key for key in rows[0] if key.startswith("val_accuracy")):
        pairs = [(100 * by_seed[seed, "float32"][name], 100 * by_seed[seed, kind][name]) for seed in seeds]
        differences = [fast - exact for exact, fast in pairs]
        margin = t.ppf(0.975, len(seeds) - 1) * stdev(differences) / len(seeds) ** 0.5
        centre = mean(differences)
        table.add_row(
            name.removeprefix("val_accuracy_"),
            *(f"{mean(column):.2f}" for column in zip(*pairs, strict=True)),
            f"{centre:+.2f}",
            f"{centre - margin:+.2f} to {centre + margin:+.2f}",
            str(len(seeds)),
        )
    return table


if __name__ == "__main__":
    run_script(main)
