"""A search whose trials take seconds. Its results do not depend on when a trial runs, because all points are given."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from few_images import few_in_folders

from faults.search_process import SearchProcess

INJECTION_PATH = Path(__file__).parent / "inject"
WEIGHTS = (20.0, 50.0, 100.0, 200.0, 300.0)
"""w1 of the trials from trial 0 on; later trials repeat these values with another wl."""


@dataclass
class SmallSearch:
    """Where the search is, and how large.

    Attributes:
        home: existing folder for its results and its files.
        trials: number of trials.
        steps: steps per trial. Every step is followed by a report.
        options: additional options of the command.
        one_gpu: options that give it one GPU, which is simulated.
        environment: additional environment variables of the command.
        storage: value of `--storage`, or None for the results folder.
        faults: file of the faults in steps that the processes of a running cluster read; None for a file in `home`.
    """

    home: Path
    trials: int = 4
    steps: int = 12
    options: tuple[str, ...] = ()
    one_gpu: tuple[str, ...] = ("--simulate-gpus", "1")
    environment: dict[str, str] = field(default_factory=dict)
    storage: Path | None = None
    faults: Path | None = None

    @property
    def results(self) -> Path:
        """Its results folder."""
        return self.home / "results" / "it"

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints, which has one folder per start of the search, and below it one per trial."""
        return (self.results if self.storage is None else self.storage / self.results.name) / "tune"

    def write_step_faults(self, faults: Sequence[Mapping[str, Any]]) -> None:
        """Write the faults to inject into steps of its trials, for `inject/sitecustomize.py`."""
        self._faults.write_text(json.dumps(faults))

    @property
    def _faults(self) -> Path:
        return self.faults or self.home / "faults.json"

    def start(self) -> SearchProcess:
        """Start it from scratch."""
        space = self.home / "space.yaml"
        points = self.home / "points.yaml"
        bounds = {"type": "loguniform", "low": 1, "high": 1000}
        space.write_text(
            yaml.safe_dump({"width": 1 / 64, "batch_size": 8, "classifier_steps": 20, "w1": bounds, "wl": bounds})
        )
        points.write_text(yaml.safe_dump([self.point(number) for number in range(1, self.trials)]))
        return self._start(
            *("--preset", "cpu", "--space", str(space), "--points", str(points), "--scheduler", "none"),
            *("--sampler", "random", "--trials", str(self.trials), "--steps", str(self.steps)),
            *("--domains", *few_in_folders()),
        )

    def resume(self) -> SearchProcess:
        """Resume it."""
        return self._start("--resume")

    def point(self, number: int) -> dict[str, float]:
        """The weights of a trial after trial 0."""
        return {"w1": WEIGHTS[number % len(WEIGHTS)], "wl": 1.0 + number}

    def _start(self, *arguments: str) -> SearchProcess:
        command = [sys.executable, "run_search.py", "--name", "it", "--results-dir", str(self.results.parent)]
        storage = () if self.storage is None else ("--storage", str(self.storage))
        environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"} | self.environment
        injection = injection_variables(self._faults, *filter(None, [os.environ.get("PYTHONPATH")]))
        return SearchProcess([*command, *storage, *arguments, *self.options], environment | injection)


def injection_variables(faults: Path, *path: str) -> dict[str, str]:
    """Environment variables that make processes inject the faults in a file into their training steps.

    Args:
        faults: the file; it need not exist yet.
        path: further entries of PYTHONPATH.
    """
    return {"LSTNET_FAULTS": str(faults), "PYTHONPATH": os.pathsep.join((str(INJECTION_PATH), *path))}
