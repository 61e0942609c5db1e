"""What the fast number format costs in accuracy: the same seeds trained in float32 and in bfloat16.

    python benchmarks/precision.py --data-dir DATA --output benchmarks/results/precision.json

Where the hardware does not compute in bfloat16, its rounding is emulated: what goes into a
convolution, its weights, what comes out, and all their gradients are rounded, sums are float32.
Trainings that the output file holds already are not repeated, so it can be stopped and gone on with.
"""

import json
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
from rich.table import Table
from scipy.stats import t
from torch import Tensor
from torch.overrides import TorchFunctionMode

from lstnet_search.cli.app import run_script
from lstnet_search.cli.options import console
from lstnet_search.config import PRESETS
from lstnet_search.evaluation import Evaluator, prepare
from lstnet_search.methods.lstnet import LSTNet
from lstnet_search.results.folder.provenance import provenance
from lstnet_search.training import autocast, resolve_precision, train

CONVOLUTIONS = (torch.conv2d, torch.conv_transpose2d, torch.nn.functional.conv2d)


class Rounded(TorchFunctionMode):
    """Convolutions as bfloat16 hardware computes them, on hardware that does not."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Round what goes in and what comes out; casting rounds the gradients on their way back."""
        if func not in CONVOLUTIONS:
            return func(*args, **kwargs or {})
        return rounded(func(*map(rounded, args), **kwargs or {}))


def rounded(value: Any) -> Any:
    """A tensor with the precision of bfloat16, in its own type; anything else as it is."""
    return value.bfloat16().to(value.dtype) if isinstance(value, Tensor) else value


class InContext:
    """A translator that runs in a number format; classifiers that read its images do not."""

    def __init__(self, translator: Any, context: Callable[[], AbstractContextManager[Any]]) -> None:
        self._translator, self._context = translator, context
        self.modules, self.eval = translator.modules, translator.eval

    def translate(self, images: Tensor, source: int) -> Tensor:
        """As the translator."""
        with self._context():
            translated: Tensor = self._translator.translate(images, source)
        return translated


def main(
    seeds: Annotated[int, typer.Option(min=2, help="Trainings in each format.")] = 5,
    steps: Annotated[int, typer.Option(min=1, help="Steps of each.")] = 1500,
    data_dir: Annotated[Path | None, typer.Option(help="Full data; default: the bundled images.")] = None,
    processes: Annotated[int, typer.Option(min=1, help="Trainings at once, a thread each.")] = 1,
    output: Annotated[Path, typer.Option(help="JSON to write and to go on from.")] = Path(
        "benchmarks/results/precision.json"
    ),
) -> None:
    """Train and print both accuracies and the difference with its 95 % interval."""
    kind = "bfloat16" if resolve_precision("auto", the_device()) == "bfloat16" else "bfloat16, emulated"
    about = {"steps": steps, "data": "bundled" if data_dir is None else "full", "format": kind}
    done: dict[str, Any] = json.loads(output.read_text()) if output.exists() else {"about": about, "rows": []}
    if done["about"] != about:
        raise SystemExit(f"{output} holds {done['about']}, not {about}; choose another --output")
    known = {(row["seed"], row["format"]) for row in done["rows"]}
    wanted = [(seed, name) for seed in range(seeds) for name in ("float32", kind) if (seed, name) not in known]
    output.parent.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(_accuracy, seed, name, steps, data_dir) for seed, name in wanted]
        for future in as_completed(futures):
            done["rows"].append(future.result())
            output.write_text(json.dumps(done | provenance(), indent=2) + "\n")
            print(future.result(), flush=True)
    console().print(_table(done["rows"], kind))


def _accuracy(seed: int, name: str, steps: int, data_dir: Path | None) -> dict[str, Any]:
    torch.set_num_threads(1)
    device = the_device()
    data = "bundled" if data_dir is None else "full"
    changes = {"seed": seed, "steps": steps, "data": data, "reports": 1}
    config = PRESETS["cpu"].trial.override(changes, "the options")
    prepared = prepare(config, data_dir or Path(), device)
    context: Callable[[], AbstractContextManager[Any]] = {
        "float32": nullcontext,
        "bfloat16": autocast("bfloat16", device),
        "bfloat16, emulated": Rounded,
    }[name]
    method = LSTNet(config, prepared.shapes, device, context, prepared.image_means)
    evaluator = Evaluator(prepared.validation, prepared.classifiers, resized_labels=prepared.resized_labels)

    (report,) = train(config, prepared.train, method, lambda net: evaluator(InContext(net, context)))
    accuracies = {key: value for key, value in report.metrics.items() if key.startswith("val_accuracy")}
    return {"seed": seed, "format": name} | accuracies


def _table(rows: list[dict[str, Any]], kind: str) -> Table:
    table = Table(title="validation accuracy, per cent", title_justify="left")
    for heading in ("", "float32", kind, "difference", "95 % interval", "seeds"):
        table.add_column(heading, no_wrap=True)
    by_seed = {(row["seed"], row["format"]): row for row in rows}
    seeds = sorted({seed for seed, _ in by_seed})
    for name in (key for key in rows[0] if key.startswith("val_accuracy")):
        pairs = [(100 * by_seed[seed, "float32"][name], 100 * by_seed[seed, kind][name]) for seed in seeds]
        differences = [fast - exact for exact, fast in pairs]
        reach = t.ppf(0.975, len(seeds) - 1) * stdev(differences) / len(seeds) ** 0.5
        centre = mean(differences)
        table.add_row(
            name.removeprefix("val_accuracy_"),
            *(f"{mean(column):.2f}" for column in zip(*pairs, strict=True)),
            f"{centre:+.2f}",
            f"{centre - reach:+.2f} to {centre + reach:+.2f}",
            str(len(seeds)),
        )
    return table


if __name__ == "__main__":
    run_script(main)
