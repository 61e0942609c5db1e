"""Watches when each trial last reported and what Ray says about its cluster, and kills processes that hang."""

import time
from collections.abc import Callable, Sequence
from statistics import median

import ray
from ray.tune.experiment import Trial

from lstnet_search.results.formatting import duration
from lstnet_search.tuning.monitoring.diagnosis import RepeatLimiter, RunningTrial, SearchState, findings
from lstnet_search.tuning.protocol import NUMBER
from lstnet_search.tuning.ray_patches.kill_actor import kill_process

CHECK_EVERY_SECONDS = 10.0
PAUSE_SECONDS = 30.0
"""If two checks are further apart than this, this process did not run between them and received no report."""
INTERVALS_KEPT = 20
"""Number of the latest intervals between a trial's reports that are kept."""


class Watchdog:
    """Watches the trials of one search."""

    def __init__(
        self,
        name: Callable[[int], str],
        timeout: float | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start to watch.

        Args:
            name: returns the display name of a trial, given its number.
            timeout: seconds without a report after which a trial's process is killed, or None to derive them from the
                intervals between its reports.
            now: a clock in seconds.
        """
        self._name = name
        self._timeout = timeout
        self._now = now
        self._limiter = RepeatLimiter()
        self._last_report: dict[int, float] = {}
        self._intervals: dict[int, list[float]] = {}
        self._waiting_since: dict[int, float] = {}
        self._dead_before = set(_dead_nodes())
        self._checked_at = now()

    def started(self, number: int) -> None:
        """Note that a trial got a process."""
        self._last_report[number] = self._now()

    def reported(self, number: int) -> None:
        """Note a report."""
        now = self._now()
        interval = now - self._last_report.get(number, now)
        self._intervals[number] = [*self._intervals.get(number, []), interval][-INTERVALS_KEPT:]
        self._last_report[number] = now

    def check(self, trials: Sequence[Trial]) -> list[str]:
        """Kill processes that hang.

        Returns:
            Messages to print; none if the last check was a moment ago.
        """
        since = self._now() - self._checked_at
        if since < CHECK_EVERY_SECONDS:
            return []
        self._checked_at = self._now()
        if since > PAUSE_SECONDS:
            self._ignore_pause(since)
        state = self._state(trials)
        silent = {trial.number: trial.silent for trial in state.running if trial.hangs(self._timeout)}
        killed = [trial.config[NUMBER] for trial in trials if trial.config[NUMBER] in silent and self._kill(trial)]
        return self._limiter.due(list(findings(state, self._name))) + [
            f"{self._name(number)} has not reported for {duration(silent[number])} and is assumed to hang: its process "
            "is killed; the trial continues from its last checkpoint"
            for number in killed
        ]

    def _ignore_pause(self, seconds: float) -> None:
        """Do not count a pause of this process as silence: trials may have paused too, or their reports still wait."""
        for times in (self._last_report, self._waiting_since):
            times.update({number: time + seconds for number, time in times.items()})

    def _kill(self, trial: Trial) -> bool:
        """Kill a trial's process if it has one. Ray Tune starts it again, as after any death of a process."""
        actor = trial.temporary_state.ray_actor
        if trial.status != Trial.RUNNING or actor is None:
            return False
        self._last_report[trial.config[NUMBER]] = self._now()
        kill_process(actor)
        return True

    def _state(self, trials: Sequence[Trial]) -> SearchState:
        now = self._now()
        pending = {trial.config[NUMBER]: trial for trial in trials if trial.status == Trial.PENDING}
        running = {trial.config[NUMBER]: trial for trial in trials if trial.status == Trial.RUNNING}
        self._waiting_since = {number: self._waiting_since.get(number, now) for number in pending}
        first = min(self._waiting_since, key=lambda number: self._waiting_since[number], default=None)
        intervals = {number: median(seconds) for number, seconds in self._intervals.items()}
        longest = max(intervals.values(), default=None)
        return SearchState(
            waiting={number: now - since for number, since in self._waiting_since.items()},
            running=[
                RunningTrial(
                    number,
                    now - self._last_report.setdefault(number, now),
                    intervals.get(number, longest),
                    _resources(trial),
                )
                for number, trial in running.items()
            ],
            wanted={} if first is None else _resources(pending[first]),
            total=ray.cluster_resources(),  # type: ignore[no-untyped-call]
            free=ray.available_resources(),  # type: ignore[no-untyped-call]
            dead_nodes=[node for node in _dead_nodes() if node not in self._dead_before],
        )


def _resources(trial: Trial) -> dict[str, float]:
    """A trial's resources. A trial that is retried on a whole GPU has more than the others."""
    return trial.placement_group_factory.required_resources  # type: ignore[attr-defined,no-any-return]  # Ray: None at first


def _dead_nodes() -> list[str]:
    """Address and short id of each node that Ray knows to be dead."""
    nodes = ray.nodes()  # type: ignore[no-untyped-call]
    return [f"{node['NodeManagerAddress']} ({node['NodeID'][:6]})" for node in nodes if not node["Alive"]]
