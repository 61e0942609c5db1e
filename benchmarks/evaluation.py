"""What a report costs beside the steps between two: evaluation, and writing a checkpoint with samples.

python benchmarks/evaluation.py --data-dir DATA
"""

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from machine import pin, the_device
from torch.nn import Module

from lstnet_search.cli.app import run_script
from lstnet_search.config import PRESETS
from lstnet_search.evaluation import EvaluatedTraining, prepare


class Timed(EvaluatedTraining):
    """A training that notes the seconds of each evaluation."""

    evaluating: list[float]

    def _evaluate(self, network: Module) -> dict[str, float]:
        begun = time.perf_counter()
        metrics = super()._evaluate(network)
        self.evaluating.append(time.perf_counter() - begun)
        return metrics


def main(
    width: Annotated[list[float] | None, typer.Option(help="Widths; default 1/16.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Full data; default: the bundled images.")] = None,
    reports: Annotated[int, typer.Option(min=2, help="Reports, the first of which warms up.")] = 6,
    steps: Annotated[int, typer.Option(min=1, help="Steps before each.")] = 8,
) -> None:
    """Time reports and the steps before them, and print a report's share at the preset's interval, on one thread."""
    pin(1)
    device = the_device()
    for chosen in width or [1 / 16]:
        preset = PRESETS["cpu"].trial.override({"width": chosen}, "the options")
        changes = {"steps": steps * reports, "reports": reports, "data": "bundled" if data_dir is None else "full"}
        config = preset.override(changes, "the options")
        saving, whole = [], []
        training = Timed(config, prepare(config, data_dir or Path(), device), "both", device)
        training.evaluating = []
        for _ in range(reports):
            begun = time.perf_counter()
            next(training)
            whole.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            with tempfile.TemporaryDirectory() as folder:
                training.save(Path(folder))
            saving.append(time.perf_counter() - begun)
        stepping = [each - evaluation for each, evaluation in zip(whole, training.evaluating, strict=True)]
        step, evaluation, save = median(stepping[1:]) / steps, median(training.evaluating[1:]), median(saving[1:])
        interval = preset.steps // preset.reports
        share = (evaluation + save) / (interval * step + evaluation + save)
        print(
            f"width {chosen:g}, {config.data} data: a step {step:.3f} s, an evaluation {evaluation:.2f} s, "
            f"a checkpoint {save:.2f} s: {share:.1%} of a trial with a report every {interval} steps, on {device}"
        )


if __name__ == "__main__":
    run_script(main)
