"""How long a warm worker takes from a trial's settings to its first step: networks, optimisers, first batch.

python benchmarks/start.py --width 0.0625
"""

import time
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from machine import pin, the_device
from reporting import DataDir

from lstnet_search.cli.app import run_script
from lstnet_search.config import PRESETS
from lstnet_search.evaluation import EvaluatedTraining, prepare
from lstnet_search.methods.lstnet import LSTNet


class FirstStepError(Exception):
    """Raised in place of the first step."""


def main(
    width: Annotated[
        list[float] | None, typer.Option(help="Width of the networks; repeatable. Default: 1/16, 1.")
    ] = None,
    trials: Annotated[int, typer.Option(min=2, help="Trials. The first one warms up and does not count.")] = 6,
    data_dir: DataDir = None,
) -> None:
    """Time what a reused actor does between two trials, without Ray's own part."""
    pin(1)
    device = the_device()
    for each in width or [1 / 16, 1.0]:
        changes = {"width": each, "data": "bundled" if data_dir is None else "full"}
        config = PRESETS["cpu"].trial.override(changes, "the options")
        prepared = prepare(config, data_dir or Path(), device)
        seconds = []
        for _ in range(trials):
            start = time.perf_counter()
            try:
                next(EvaluatedTraining(config, prepared, "both", device))
            except FirstStepError:
                seconds.append(time.perf_counter() - start)
        print(f"width {each:g}: {median(seconds[1:]):.3f} s from settings to the first step, on {device}, one thread")


def _stop(*_: object) -> None:
    raise FirstStepError


if __name__ == "__main__":
    LSTNet.step = _stop  # type: ignore[assignment, method-assign]
    run_script(main)
