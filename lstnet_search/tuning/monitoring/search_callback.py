"""What happens beside the trials: lines are printed, tables written, stops obeyed."""

import signal
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pyarrow import ArrowException, fs
from ray import tune
from ray.tune.experiment import Trial

from lstnet_search.evaluation.samples import SAMPLES_FILE
from lstnet_search.io.atomic import write_whole
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.mirror import Mirror
from lstnet_search.results.folder.storage import Storage, sentence
from lstnet_search.results.study.lineage import with_schedules
from lstnet_search.results.study.records import ReportRecord, TrialRecord
from lstnet_search.tuning.console.search_display import Display
from lstnet_search.tuning.failures.storage_errors import FULL, no_writes, says_no_writes
from lstnet_search.tuning.failures.storage_retry import outlast
from lstnet_search.tuning.failures.trial_failure import last_failure, what_happened
from lstnet_search.tuning.monitoring.prometheus import Metrics
from lstnet_search.tuning.monitoring.stop_request import Stopping
from lstnet_search.tuning.monitoring.watchdog import Vigil
from lstnet_search.tuning.protocol import ALARMS, CHECKPOINT, METRICS, NUMBER, SETTINGS
from lstnet_search.tuning.study.study import Study
from lstnet_search.tuning.trials.checkpoints import discard

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
        *,
        storage: Storage | None = None,
        mirror: Mirror | None = None,
        superfluous: Callable[[Sequence[TrialRecord]], set[int]] = lambda records: set(),
    ) -> None:
        """Follow a search.

        Args:
            folder: where tables and samples go.
            study: the truth about the trials.
            display: for people.
            stopping: is obeyed, and told of a disk that takes no writes.
            metric: by which trials are ranked.
            metrics: for Prometheus.
            vigil: says why nothing moves.
            storage: where checkpoints are; by default in the folder.
            mirror: of the whole results folder; by default there.
            superfluous: numbers of the trials whose checkpoints nobody needs any more; by default of none.
        """
        self._folder = folder
        self._storage = storage or Storage.local(folder.path)
        self._mirror = mirror or Mirror(folder, self._storage)
        self._mirror_failed = ""
        self._superfluous = superfluous
        self._discarded: set[int] = set()
        self._undiscarded = False
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
        self._unsaid: list[int] = []
        """Numbers of trials that have ended, which the display does not know yet."""

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
            report = ReportRecord(result["step"], result["seconds"], result[METRICS])
            self._display.report(number, trial.config[SETTINGS], report, result[ALARMS])
            self._metrics.report(number, report)

    def on_trial_complete(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """Keep the samples of a trial's last report, and say how it ended."""
        if trial.checkpoint is not None:
            self._keep_samples(trial.config[NUMBER], trial.checkpoint)
        self._say_end(trial)
        forget_metrics(trial)

    def on_trial_error(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """Say why a trial failed."""
        self._notice_no_writes(trial)
        self._say_failure(trial, "once more than is retried")
        self._say_end(trial)
        forget_metrics(trial)

    def on_trial_recover(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """Say that a trial is to be begun again; where nothing can be written it would fail again."""
        self._notice_no_writes(trial)
        saved = trial.checkpoint is not None or trial.config[CHECKPOINT] is not None
        self._say_failure(trial, "another goes on from its last checkpoint" if saved else "another begins it again")

    def on_step_end(self, iteration: int, trials: list[Trial], **info: Any) -> None:
        """Write the tables now and then, say what keeps trials from moving, and pass a wish to stop on to Ray."""
        self._metrics.refresh()
        for line in self._vigil.look(trials):
            self._display.say(line)
        if self._unwritten and time.monotonic() > self._write_at:
            try:
                self.write()
            except OSError as error:
                self._stopping.no_writes = no_writes(error)
                if self._stopping.no_writes is None:
                    raise
        if self._uncounted and time.monotonic() - self._counted_at > FIGURES_EVERY_SECONDS:
            self._count(self._study.records())
        if self._stopping.due and not self._interrupted:
            self._interrupted = True
            signal.raise_signal(signal.SIGUSR1)  # Ray Tune's own: it stops as if by Ctrl-C

    def write(self) -> list[TrialRecord]:
        """Write the tables, from the study, if they are not written already."""
        records = with_schedules(self._study.records(), self._metric)
        begun = time.monotonic()
        if self._unwritten:
            outlast(partial(self._folder.write_tables, records, self._metric))
            self._unwritten = False
        self._count(records)
        self._discard(self._superfluous(records))
        self.mirror()
        ended = time.monotonic()
        self._write_at = ended + max(TABLES_EVERY_SECONDS, (ended - begun) / TABLES_AT_MOST)
        return records

    def mirror(self) -> bool:
        """Copy the results folder to the storage; whether that is done. What fails is said once, and tried again."""
        failed = self._mirror.push()
        if failed and not self._mirror_failed:
            self._display.say(f"warning: the results folder is not copied to --storage, it is tried again: {failed}")
        if self._mirror_failed and not failed:
            self._display.say("the results folder is copied to --storage again")
        self._mirror_failed = failed
        return not failed

    def __getstate__(self) -> dict[str, Any]:
        """Nothing: Ray writes what it could restore a search from, which is never read."""
        return {}

    def _discard(self, superfluous: set[int]) -> None:
        if not superfluous - self._discarded:  # there is nothing to look for, in a storage that may be far away
            return
        try:
            outlast(partial(discard, self._storage, superfluous))
        except (OSError, ArrowException) as error:
            if no_writes(error):
                raise
            self._say_undiscarded(sentence(error))
        self._discarded = superfluous

    def _say_undiscarded(self, reason: str) -> None:
        if not self._undiscarded:
            self._display.say(f"warning: checkpoints that nobody needs any more cannot be deleted: {reason}")
        self._undiscarded = True

    def _count(self, records: list[TrialRecord]) -> None:
        self._metrics.know(records)
        self._uncounted = False
        self._counted_at = time.monotonic()

    def _keep_samples(self, number: int, checkpoint: tune.Checkpoint) -> None:
        filesystem, samples = self._storage.filesystem, f"{checkpoint.path}/{SAMPLES_FILE}"
        try:
            if filesystem.get_file_info(samples).type == fs.FileType.NotFound:
                return
            with filesystem.open_input_stream(samples) as stream:
                content = stream.read()
            outlast(partial(write_whole, self._folder.samples / f"{number}.npz", content))
        except (OSError, ArrowException) as error:  # they are to look at, and no more
            self._stopping.no_writes = self._stopping.no_writes or no_writes(error)
            self._display.say(f"warning: no samples of {self._display.name(number)}: {sentence(error)}")

    def _say_failure(self, trial: Trial, what_next: str) -> None:
        if self._stopping.no_writes != FULL:  # which one sentence tells at the end
            name = self._display.name(trial.config[NUMBER])
            self._display.say(f"the process of {name} {what_happened(trial)}; {what_next}")

    def _notice_no_writes(self, trial: Trial) -> None:
        self._stopping.no_writes = self._stopping.no_writes or says_no_writes(last_failure(trial))

    def _say_end(self, trial: Trial) -> None:
        number = trial.config[NUMBER]
        self._unwritten = True
        self._uncounted = True
        self._metrics.ended(number)
        self._unsaid.append(number)
        for record in map(self._study.record, list(self._unsaid)):
            if record.state != "RUNNING":  # else the study is told later
                self._unsaid.remove(record.number)
                self._display.ended(record)


def forget_metrics(trial: Trial) -> None:
    """Let go of what Ray keeps of the metrics of a trial that has ended, as long as the search runs.

    Nothing reads it: of each metric the lowest, the highest, and means of the latest reports (166 KiB for 12 reports of
    60 metrics), and the metrics of the reports that checkpoints stand for.
    """
    trial.metric_analysis.clear()
    trial.metric_n_steps.clear()
    checkpoints = trial.run_metadata.checkpoint_manager
    assert checkpoints is not None
    for result in (trial.run_metadata.last_result, *(each.metrics for each in checkpoints._checkpoint_results)):
        result.pop(METRICS, None)
