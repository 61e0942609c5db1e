"""What the watchdog looks at: when each trial of a search last reported, and what Ray says of its cluster."""

import time
from collections.abc import Callable, Sequence
from statistics import median

import ray
from ray.tune.experiment import Trial

from lstnet_search.results.formatting import duration
from lstnet_search.tuning.monitoring.diagnosis import Running, Situation, Sparing, findings
from lstnet_search.tuning.protocol import NUMBER
from lstnet_search.tuning.ray_patches.kill_actor import kill_process

LOOK_EVERY_SECONDS = 10.0
PAUSE_SECONDS = 30.0
"""Between two looks: then this process did not run meanwhile, and could not hear of any report."""
REMEMBERED = 20
"""Intervals between a trial's reports; later ones take the place of the first."""


class Vigil:
    """Keeps watch over the trials of a search."""

    def __init__(
        self,
        name: Callable[[int], str],
        timeout: float | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin.

        Args:
            name: of a trial, for people, by its number.
            timeout: seconds without a report after which a trial's process is killed; None for what its rhythm says.
            now: a clock in seconds.
        """
        self._name = name
        self._timeout = timeout
        self._now = now
        self._sparing = Sparing()
        self._heard: dict[int, float] = {}
        self._intervals: dict[int, list[float]] = {}
        self._waiting_since: dict[int, float] = {}
        self._dead_before = {node for node, alive in _nodes().items() if not alive}
        self._looked_at = now()

    def started(self, number: int) -> None:
        """Note that a trial got a process."""
        self._heard[number] = self._now()

    def reported(self, number: int) -> None:
        """Note a report."""
        now = self._now()
        self._intervals[number] = [*self._intervals.get(number, []), now - self._heard.get(number, now)][-REMEMBERED:]
        self._heard[number] = now

    def look(self, trials: Sequence[Trial]) -> list[str]:
        """End what hangs, and give the sentences that are due now; none before it is time to look again."""
        since = self._now() - self._looked_at
        if since < LOOK_EVERY_SECONDS:
            return []
        self._looked_at = self._now()
        if since > PAUSE_SECONDS:
            self._forgive(since)
        situation = self._situation(trials)
        silent = {running.number: running.silent for running in situation.running if running.hangs(self._timeout)}
        ended = [trial.config[NUMBER] for trial in trials if trial.config[NUMBER] in silent and self._end(trial)]
        return self._sparing.due(list(findings(situation, self._name))) + [
            f"{self._name(number)} has not reported for {duration(silent[number])} and is taken to hang: its process "
            "is killed; it goes on from its last checkpoint"
            for number in ended
        ]

    def _forgive(self, seconds: float) -> None:
        """Let a pause of this process count as none: trials may have paused with it, or their reports wait."""
        for times in (self._heard, self._waiting_since):
            times.update({number: time + seconds for number, time in times.items()})

    def _end(self, trial: Trial) -> bool:
        """Kill the process of a trial, if it has one: Ray Tune starts it again, as it does where one dies."""
        actor = trial.temporary_state.ray_actor
        if trial.status != Trial.RUNNING or actor is None:
            return False
        self._heard[trial.config[NUMBER]] = self._now()
        kill_process(actor)
        return True

    def _situation(self, trials: Sequence[Trial]) -> Situation:
        now = self._now()
        pending = {trial.config[NUMBER]: trial for trial in trials if trial.status == Trial.PENDING}
        running = {trial.config[NUMBER]: trial for trial in trials if trial.status == Trial.RUNNING}
        self._waiting_since = {number: self._waiting_since.get(number, now) for number in pending}
        first = min(self._waiting_since, key=lambda number: self._waiting_since[number], default=None)
        rhythms = {number: median(intervals) for number, intervals in self._intervals.items()}
        slowest = max(rhythms.values(), default=None)
        return Situation(
            waiting={number: now - since for number, since in self._waiting_since.items()},
            running=[
                Running(
                    number, now - self._heard.setdefault(number, now), rhythms.get(number, slowest), _resources(trial)
                )
                for number, trial in running.items()
            ],
            wanted={} if first is None else _resources(pending[first]),
            total=ray.cluster_resources(),  # type: ignore[no-untyped-call]
            free=ray.available_resources(),  # type: ignore[no-untyped-call]
            dead_nodes=[node for node, alive in _nodes().items() if not alive and node not in self._dead_before],
        )


def _resources(trial: Trial) -> dict[str, float]:
    """What a trial takes, which one that is tried again alone does not share with the others."""
    return trial.placement_group_factory.required_resources  # type: ignore[attr-defined,no-any-return]  # Ray: None at first


def _nodes() -> dict[str, bool]:
    """Address and short id of each node that Ray knows -> whether it is alive."""
    nodes = ray.nodes()  # type: ignore[no-untyped-call]
    return {f"{node['NodeManagerAddress']} ({node['NodeID'][:6]})": bool(node["Alive"]) for node in nodes}
