"""What the driver does while trials run: it prints lines, writes tables, and passes stop requests on."""

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
from lstnet_search.results.folder.mirror import Mirror
from lstnet_search.results.folder.stop_requests import StopRequests
from lstnet_search.results.folder.storage import masked_error
from lstnet_search.results.study.lineage import with_schedules
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.tuning.console.search_display import SearchDisplay
from lstnet_search.tuning.context import SearchContext
from lstnet_search.tuning.failures.storage_errors import FULL, storage_problem, storage_problem_in_text
from lstnet_search.tuning.failures.storage_retry import retry_while_unavailable
from lstnet_search.tuning.failures.trial_failure import describe_failure, last_failure
from lstnet_search.tuning.monitoring.prometheus import SearchGauges
from lstnet_search.tuning.monitoring.watchdog import Watchdog
from lstnet_search.tuning.protocol import ALARMS, CHECKPOINT, NUMBER, REPEAT_OF
from lstnet_search.tuning.ray_patches.trial_results import forget_metrics
from lstnet_search.tuning.study.reports import report_from_result
from lstnet_search.tuning.study.study import Study
from lstnet_search.tuning.trials.checkpoints import delete_checkpoints

TABLES_EVERY_SECONDS = 10.0
TABLES_MAX_SHARE = 0.05
"""Maximum share of the time that is spent on writing tables, however long they are."""
GAUGES_EVERY_SECONDS = 1.0
LOCAL_REQUESTS_SECONDS, REQUESTS_SECONDS = 1.0, 10.0
"""Seconds between two looks for requests to stop, in a folder and in an object store."""


class SearchCallback(tune.Callback):
    """Follows a search, or the trainings of a confirmation, from the driver."""

    def __init__(
        self,
        context: SearchContext[Any],
        study: Study,
        display: SearchDisplay,
        *,
        discardable: Callable[[Sequence[TrialRecord]], set[int]] = lambda records: set(),
        asked_to_stop: set[int] | None = None,
    ) -> None:
        """Follow a search.

        Args:
            context: the run's context. Its stop request is obeyed, and set if the disk cannot be written.
            study: the source of truth about the trials.
            display: prints lines.
            discardable: numbers of the trials whose checkpoints nobody needs any more; by default none.
            asked_to_stop: collects the numbers of the trials that a user asks to stop; None if single trials cannot be
                stopped.
        """
        self._context = context
        self._folder, self._storage, self._stop_request = context.folder, context.storage, context.stop_request
        self._study = study
        self._display = display
        self._mirror = Mirror(context.run.folder, context.run.open_storage())
        self._mirror_failure = ""
        self._discardable = discardable
        self._discarded: set[int] = set()
        self._warned_of_discard = False
        self._gauges = SearchGauges(context.name, context.metric, context.config.directions)
        self._watchdog = Watchdog(display.name, context.run.trial_timeout)
        self._tables_outdated = True
        self._write_at = time.monotonic() + TABLES_EVERY_SECONDS
        self._gauges_outdated = False
        self._gauges_set_at = time.monotonic()
        self._interrupted = False
        self._asked_to_stop = asked_to_stop
        self._requests = StopRequests(context.run.open_storage())
        self._requests_every = LOCAL_REQUESTS_SECONDS if context.run.open_storage().is_local else REQUESTS_SECONDS
        self._requests_at = 0.0
        self._unprinted_ends: list[int] = []
        """Numbers of trials that Ray has ended, but whose ends the study has not recorded yet."""

    def start(self, earlier: Sequence[TrialRecord]) -> None:
        """Show what earlier runs of the search did."""
        self._display.start(earlier)
        self._gauges.update(earlier)

    def stop(self) -> None:
        """Leave the terminal as it was, and write the tables."""
        self._display.stop()
        self.write()

    def on_trial_start(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """Note that a trial has a process."""
        self._tables_outdated = True
        self._watchdog.started(trial.config[NUMBER])

    def on_trial_result(
        self, iteration: int, trials: list[Trial], trial: Trial, result: dict[str, Any], **info: Any
    ) -> None:
        """Print a report, and set the gauges that it changes."""
        self._tables_outdated = True
        number = trial.config[NUMBER]
        self._watchdog.reported(number)
        if "error" not in result:
            report = report_from_result(result)
            self._display.report(number, report, result[ALARMS], trial.config.get(REPEAT_OF))
            self._gauges.report(number, report)

    def on_trial_complete(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """Keep the samples of a trial's last report, and print how it ended."""
        if trial.checkpoint is not None:
            self._keep_samples(trial.config[NUMBER], trial.checkpoint)
        self._say_end(trial)
        forget_metrics(trial)

    def on_trial_error(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """Print why a trial failed."""
        self._note_problem(storage_problem_in_text(last_failure(trial)))
        self._say_failure(trial, "the trial has no retries left")
        self._say_end(trial)
        forget_metrics(trial)

    def on_trial_recover(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """Print that a trial's process is replaced. If nothing can be written, the next one would fail too: stop."""
        self._note_problem(storage_problem_in_text(last_failure(trial)))
        saved = trial.checkpoint is not None or trial.config[CHECKPOINT] is not None
        self._say_failure(trial, "another continues from the last checkpoint" if saved else "another starts it over")

    def on_step_end(self, iteration: int, trials: list[Trial], **info: Any) -> None:
        """Write the tables now and then, print why trials make no progress, and pass a stop request on to Ray."""
        self._gauges.refresh()
        for line in self._watchdog.check(trials):
            self._display.say(line)
        if self._tables_outdated and time.monotonic() > self._write_at:
            try:
                self.write()
            except OSError as error:
                self._stop_request.storage_problem = storage_problem(error)
                if self._stop_request.storage_problem is None:
                    raise
        if self._gauges_outdated and time.monotonic() - self._gauges_set_at > GAUGES_EVERY_SECONDS:
            self._set_gauges(self._study.records())
        if time.monotonic() > self._requests_at:
            self._obey(self._take_requests())
        if self._stop_request.due and not self._interrupted:
            self._interrupted = True
            signal.raise_signal(signal.SIGUSR1)  # Ray Tune's own: it stops as after Ctrl-C

    def _take_requests(self) -> set[int | None]:
        self._requests_at = time.monotonic() + self._requests_every
        try:
            return self._requests.take()
        except (OSError, ArrowException):  # if the storage stays unavailable, the next write stops the search
            return set()

    def _obey(self, requests: set[int | None]) -> None:
        if None in requests:
            self._display.say("asked to stop from another terminal")
            signal.raise_signal(signal.SIGINT)
        for number in sorted(each for each in requests if each is not None):
            if self._asked_to_stop is None:
                self._display.say(f"a confirmation needs all of its trainings: {number} is not stopped")
            else:
                self._asked_to_stop.add(number)
                self._display.say_of(number, "was asked to stop from another terminal; it stops at its next report")

    def write(self) -> list[TrialRecord]:
        """Write the tables from the study, unless they are up to date.

        Returns:
            The records of all trials.
        """
        records = with_schedules(self._study.records(), self._context.metric)
        start = time.monotonic()
        if self._tables_outdated:
            retry_while_unavailable(partial(self._folder.write_tables, records, self._context.metric))
            self._tables_outdated = False
        self._set_gauges(records)
        self._discard(self._discardable(records))
        self.mirror()
        ended = time.monotonic()
        self._write_at = ended + max(TABLES_EVERY_SECONDS, (ended - start) / TABLES_MAX_SHARE)
        return records

    def mirror(self) -> bool:
        """Copy the results folder to the storage. A failure is printed once, and the next call tries again.

        Returns:
            Whether the copy is up to date.
        """
        failure = self._mirror.push()
        if failure and not self._mirror_failure:
            self._display.say(
                f"warning: the results folder cannot be copied to --storage; the search will retry: {failure}"
            )
        if self._mirror_failure and not failure:
            self._display.say("the results folder is copied to --storage again")
        self._mirror_failure = failure
        return not failure

    def __getstate__(self) -> dict[str, Any]:
        """Nothing, because Ray pickles this for a snapshot that is never read."""
        return {}

    def _discard(self, discardable: set[int]) -> None:
        if not discardable - self._discarded:  # do not list a storage that may be far away
            return
        try:
            retry_while_unavailable(partial(delete_checkpoints, self._storage, discardable))
        except (OSError, ArrowException) as error:
            if storage_problem(error):
                raise
            if not self._warned_of_discard:
                reason = masked_error(error)
                self._display.say(f"warning: checkpoints that nobody needs any more cannot be deleted: {reason}")
            self._warned_of_discard = True
        self._discarded = discardable

    def _set_gauges(self, records: list[TrialRecord]) -> None:
        self._gauges.update(records)
        self._gauges_outdated = False
        self._gauges_set_at = time.monotonic()

    def _keep_samples(self, number: int, checkpoint: tune.Checkpoint) -> None:
        filesystem, samples = self._storage.filesystem, f"{checkpoint.path}/{SAMPLES_FILE}"
        try:
            if filesystem.get_file_info(samples).type == fs.FileType.NotFound:
                return
            with filesystem.open_input_stream(samples) as stream:
                content = stream.read()
            retry_while_unavailable(partial(write_whole, self._folder.samples / f"{number}.npz", content))
        except (OSError, ArrowException) as error:  # samples are only for looking at: the search continues
            self._note_problem(storage_problem(error))
            self._display.say(f"warning: no samples of {self._display.name(number)}: {masked_error(error)}")

    def _say_failure(self, trial: Trial, what_next: str) -> None:
        if self._stop_request.storage_problem != FULL:  # a full disk is reported once, at the end
            name = self._display.name(trial.config[NUMBER])
            self._display.say(f"the process of {name} {describe_failure(trial)}; {what_next}")

    def _note_problem(self, problem: str | None) -> None:
        self._stop_request.storage_problem = self._stop_request.storage_problem or problem

    def _say_end(self, trial: Trial) -> None:
        number = trial.config[NUMBER]
        self._tables_outdated = True
        self._gauges_outdated = True
        self._gauges.remove(number)
        self._unprinted_ends.append(number)
        for record in map(self._study.record, list(self._unprinted_ends)):
            if record.state != "RUNNING":  # else the study learns of the end later
                self._unprinted_ends.remove(record.number)
                self._display.ended(record)
