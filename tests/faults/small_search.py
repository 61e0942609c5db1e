"""A search whose trials take seconds and whose figures are the same whenever a trial runs: its draws are points."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from faults.sitting import Sitting

INJECTED = Path(__file__).parent / "inject"
WEIGHTS = (20.0, 50.0, 100.0, 200.0, 300.0)
"""w1 of the trials, from trial 0 on; beyond them it is drawn by these in turn, with another wl."""


@dataclass
class SmallSearch:
    """Where it is and how long it takes.

    Attributes:
        home: an existing folder for its results and its files.
        trials: number of them.
        steps: of each, a report at every one.
        options: more options of the command.
        one_gpu: options that give it a GPU, one that is pretended.
        environment: more variables of its command.
        storage: what it is given as `--storage`; None for its results folder.
        faults: the file that says what is to happen in steps of its trials, which the processes of a cluster read
            that runs already; None for one of its own.
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
        """The folder of its trials' folders of checkpoints, one a sitting."""
        return (self.results if self.storage is None else self.storage / self.results.name) / "tune"

    def prepare(self, faults: Sequence[Mapping[str, Any]]) -> None:
        """Say what is to happen in steps of its trials, as `inject/sitecustomize.py` reads it."""
        self._faults.write_text(json.dumps(faults))

    @property
    def _faults(self) -> Path:
        return self.faults or self.home / "faults.json"

    def begin(self) -> Sitting:
        """Start it from nothing."""
        space = self.home / "space.yaml"
        points = self.home / "points.yaml"
        bounds = {"type": "loguniform", "low": 1, "high": 1000}
        space.write_text(yaml.safe_dump({"width": 1 / 64, "batch_size": 8, "w1": bounds, "wl": bounds}))
        points.write_text(yaml.safe_dump([self.point(number) for number in range(1, self.trials)]))
        return self._start(
            *("--preset", "cpu", "--space", str(space), "--points", str(points), "--scheduler", "none"),
            *("--sampler", "random", "--trials", str(self.trials), "--steps", str(self.steps)),
        )

    def resume(self) -> Sitting:
        """Go on with it."""
        return self._start("--resume")

    def point(self, number: int) -> dict[str, float]:
        """What a trial after trial 0 is given."""
        return {"w1": WEIGHTS[number % len(WEIGHTS)], "wl": 1.0 + number}

    def _start(self, *arguments: str) -> Sitting:
        command = [sys.executable, "run_search.py", "--name", "it", "--results-dir", str(self.results.parent)]
        stored = () if self.storage is None else ("--storage", str(self.storage))
        environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"} | self.environment
        injected = reading_faults(self._faults, *filter(None, [os.environ.get("PYTHONPATH")]))
        return Sitting([*command, *stored, *arguments, *self.options], environment | injected)


def reading_faults(faults: Path, *path: str) -> dict[str, str]:
    """Variables of processes in whose steps happens what a file says, from when it is there; more of PYTHONPATH."""
    return {"LSTNET_FAULTS": str(faults), "PYTHONPATH": os.pathsep.join((str(INJECTED), *path))}
