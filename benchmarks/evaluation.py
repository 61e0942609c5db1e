"""The cost of a report, in addition to the training steps: an evaluation, and a checkpoint with samples.

python benchmarks/evaluation.py --data-dir DATA
"""

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from machine import pin, the_device
from reporting import DataDir
from torch.nn import Module

from lstnet_search.cli.app import run_script
from lstnet_search.config import PRESETS
from lstnet_search.evaluation import EvaluatedTraining, prepare


class Timed(EvaluatedTraining):
    """A training that records the seconds of each evaluation."""

    evaluation_seconds: list[float]

    def _evaluate(self, network: Module) -> dict[str, float]:
        start = time.perf_counter()
        metrics = super()._evaluate(network)
        self.evaluation_seconds.append(time.perf_counter() - start)
        return metrics


def main(
    width: Annotated[list[float] | None, typer.Option(help="Width of the networks; repeatable. Default: 1/16.")] = None,
    data_dir: DataDir = None,
    reports: Annotated[int, typer.Option(min=2, help="Reports. The first one warms up and does not count.")] = 6,
    steps: Annotated[int, typer.Option(min=1, help="Steps before each report.")] = 8,
) -> None:
    """Time reports and steps on one thread, and print the share of reports in a trial with the preset's interval."""
    pin(1)
    device = the_device()
    for each in width or [1 / 16]:
        preset = PRESETS["cpu"].trial.override({"width": each}, "the options")
        changes = {"steps": steps * reports, "reports": reports, "data": "bundled" if data_dir is None else "full"}
        config = preset.override(changes, "the options")
        saves, totals = [], []
        training = Timed(config, prepare(config, data_dir or Path(), device), "both", device)
        training.evaluation_seconds = []
        for _ in range(reports):
            start = time.perf_counter()
            next(training)
            totals.append(time.perf_counter() - start)
            start = time.perf_counter()
            with tempfile.TemporaryDirectory() as folder:
                training.save(Path(folder))
            saves.append(time.perf_counter() - start)
        evaluations = training.evaluation_seconds
        stepping = [total - evaluation for total, evaluation in zip(totals, evaluations, strict=True)]
        step, evaluation, save = median(stepping[1:]) / steps, median(evaluations[1:]), median(saves[1:])
        interval = preset.steps // preset.reports
        share = (evaluation + save) / (interval * step + evaluation + save)
        print(
            f"width {each:g}, {config.data} data, on {device}: step {step:.3f} s, evaluation {evaluation:.2f} s, "
            f"checkpoint {save:.2f} s; reports take {share:.1%} of a trial that reports every {interval} steps"
        )


if __name__ == "__main__":
    run_script(main)
