"""How long a warm worker takes from a trial's settings to its first step: networks, optimisers, first batch.

python benchmarks/start.py --width 0.0625
"""

import time
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from machine import pin, the_device

from lstnet_search.cli.app import run_script
from lstnet_search.config import PRESETS
from lstnet_search.evaluation import EvaluatedTraining, prepare
from lstnet_search.methods.lstnet import LSTNet


class FirstStepError(Exception):
    """The first step was about to be taken."""


def main(
    width: Annotated[list[float] | None, typer.Option(help="Widths; default 1/16 and 1.")] = None,
    trials: Annotated[int, typer.Option(min=2, help="Trials, the first of which warms up.")] = 6,
    data_dir: Annotated[Path | None, typer.Option(help="Full data; default: the bundled images.")] = None,
) -> None:
    """Time what a reused actor does between two trials, but for Ray's own part."""
    pin(1)
    device = the_device()
    for chosen in width or [1 / 16, 1.0]:
        changes = {"width": chosen, "data": "bundled" if data_dir is None else "full"}
        config = PRESETS["cpu"].trial.override(changes, "the options")
        prepared = prepare(config, data_dir or Path(), device)
        seconds = []
        for _ in range(trials):
            begun = time.perf_counter()
            try:
                next(EvaluatedTraining(config, prepared, "both", device))
            except FirstStepError:
                seconds.append(time.perf_counter() - begun)
        print(f"width {chosen:g}: {median(seconds[1:]):.3f} s from settings to the first step, on {device}, one thread")


def _stop(*_: object) -> None:
    raise FirstStepError


if __name__ == "__main__":
    LSTNet.step = _stop  # type: ignore[assignment, method-assign]
    run_script(main)
