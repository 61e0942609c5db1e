"""What happens beside the trials: lines are printed, tables written, stops obeyed."""

import shutil
import signal
import time
from pathlib import Path
from typing import Any

from ray import tune
from ray.tune.experiment import Trial

from lstnet_search.evaluation.samples import SAMPLES_FILE
from lstnet_search.results.folder import ResultsFolder
from lstnet_search.results.lineage import with_schedules
from lstnet_search.results.records import TrialRecord
from lstnet_search.tuning.display import Display
from lstnet_search.tuning.metrics import Metrics
from lstnet_search.tuning.searcher import ALARMS, NUMBER, SETTINGS, report_of
from lstnet_search.tuning.stopping import Stopping
from lstnet_search.tuning.study import Study
from lstnet_search.tuning.vigil import Vigil

TABLES_EVERY_SECONDS = 10.0
TABLES_AT_MOST = 0.05
"""Share of the time that goes into tables, however long they are."""
FIGURES_EVERY_SECONDS = 1.0


class Watch(tune.Callback):
    """Follows a search from the driver."""

    def __init__(
        self,
        folder: ResultsFolder,
        study: Study,
        display: Display,
        stopping: Stopping,
        metric: str,
        metrics: Metrics,
        vigil: Vigil,
    ) -> None:
        self._folder = folder
        self._study = study
        self._display = display
        self._stopping = stopping
        self._metric = metric
        self._metrics = metrics
        self._vigil = vigil
        self._unwritten = True
        self._write_at = time.monotonic() + TABLES_EVERY_SECONDS
        self._uncounted = False
        self._counted_at = time.monotonic()
        self._interrupted = False

    def on_trial_start(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """Note that a trial has a process."""
        self._unwritten = True
        self._vigil.started(trial.config[NUMBER])

    def on_trial_result(
        self, iteration: int, trials: list[Trial], trial: Trial, result: dict[str, Any], **info: Any
    ) -> None:
        """Print a report, and set the figures that it changes."""
        self._unwritten = True
        number = trial.config[NUMBER]
        self._vigil.reported(number)
        if "error" not in result:
            report = report_of(result | {f"metric/{name}": value for name, value in result["metric"].items()})
            self._display.report(number, trial.config[SETTINGS], report, result[ALARMS])
            self._metrics.report(number, report)

    def on_trial_complete(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """Keep the samples of a trial's last report, and say how it ended."""
        if trial.checkpoint is not None:
            samples = Path(trial.checkpoint.path) / SAMPLES_FILE
            if samples.exists():
                shutil.copyfile(samples, self._folder.samples / f"{trial.config[NUMBER]}.npz")
        self._say_end(trial)

    def on_trial_error(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """Say why a trial failed."""
        self._say_end(trial)

    def on_step_end(self, iteration: int, trials: list[Trial], **info: Any) -> None:
        """Write the tables now and then, say what keeps trials from moving, and pass a wish to stop on to Ray."""
        self._metrics.refresh()
        for line in self._vigil.look(trials):
            self._display.say(line)
        if self._unwritten and time.monotonic() > self._write_at:
            self.write()
        if self._uncounted and time.monotonic() - self._counted_at > FIGURES_EVERY_SECONDS:
            self._count(self._study.records())
        if self._stopping.due and not self._interrupted:
            self._interrupted = True
            signal.raise_signal(signal.SIGUSR1)  # Ray Tune's own: it stops as if by Ctrl-C

    def write(self) -> list[TrialRecord]:
        """Write the tables, from the study, if they are not written already."""
        records = with_schedules(self._study.records(), self._metric)
        if self._unwritten:
            begun = time.monotonic()
            self._folder.write_tables(records, self._metric)
            self._unwritten = False
            ended = time.monotonic()
            self._write_at = ended + max(TABLES_EVERY_SECONDS, (ended - begun) / TABLES_AT_MOST)
        self._count(records)
        return records

    def __getstate__(self) -> dict[str, Any]:
        """Nothing: Ray writes what it could restore a search from, which is never read."""
        return {}

    def _count(self, records: list[TrialRecord]) -> None:
        self._metrics.know(records)
        self._uncounted = False
        self._counted_at = time.monotonic()

    def _say_end(self, trial: Trial) -> None:
        number = trial.config[NUMBER]
        self._unwritten = True
        self._uncounted = True
        self._metrics.ended(number)
        self._display.ended(self._study.record(number))
