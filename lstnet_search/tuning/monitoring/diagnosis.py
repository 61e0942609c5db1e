"""Why a search makes no progress: trials that wait for resources, trials that fell silent, nodes that died."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lstnet_search.results.formatting import duration

WAITING_SECONDS = 60.0
"""Waiting is reported after this time. If there are free resources, a trial's process starts within seconds."""

SILENT_MIN_SECONDS, SILENT_INTERVALS, SILENT_DEFAULT_SECONDS = 120.0, 5.0, 600.0
"""A trial is silent after this many of the intervals between its reports, but never before the minimum. The default
applies until some trial's interval is known."""

HANGING_MIN_SECONDS, HANGING_INTERVALS, HANGING_DEFAULT_SECONDS = 600.0, 20.0, 3600.0
"""The same limits for the silence after which a process is assumed to hang."""


@dataclass(frozen=True)
class RunningTrial:
    """A trial that trains.

    Attributes:
        number: number of the trial.
        silent: seconds since its last report, or since its process began.
        interval: seconds between its reports; until it has one, those of the slowest trial, or None without any.
        resources: resources that it uses, by Ray's names ("CPU", "GPU").
    """

    number: int
    silent: float
    interval: float | None
    resources: Mapping[str, float]

    @property
    def is_silent(self) -> bool:
        """Whether it should have reported by now."""
        return self.silent >= self._limit(SILENT_MIN_SECONDS, SILENT_INTERVALS, SILENT_DEFAULT_SECONDS)

    def hangs(self, timeout: float | None) -> bool:
        """Whether it will probably never report again.

        Args:
            timeout: seconds of silence after which it hangs, or None to derive them from its interval.
        """
        if timeout is None:
            timeout = self._limit(HANGING_MIN_SECONDS, HANGING_INTERVALS, HANGING_DEFAULT_SECONDS)
        return self.silent >= timeout

    def _limit(self, least: float, intervals: float, default: float) -> float:
        return default if self.interval is None else max(least, intervals * self.interval)


@dataclass(frozen=True)
class SearchState:
    """The state of a search on its cluster.

    Attributes:
        waiting: seconds that each trial without a process has waited, by number.
        running: trials with a process.
        wanted: resources of the trial that has waited longest, by Ray's names ("CPU", "GPU").
        total: resources of the living nodes.
        free: resources of the living nodes that are not in use.
        dead_nodes: nodes that died during the search.
    """

    waiting: Mapping[int, float]
    running: Sequence[RunningTrial]
    wanted: Mapping[str, float]
    total: Mapping[str, float]
    free: Mapping[str, float]
    dead_nodes: Sequence[str] = ()


@dataclass(frozen=True)
class Finding:
    """One reason why a search makes no progress.

    Attributes:
        key: identifies the finding when it is found again.
        seconds: how long it has lasted; 0 for an event.
        message: sentence to print.
    """

    key: str
    seconds: float
    message: str


def findings(state: SearchState, name: Callable[[int], str]) -> Iterator[Finding]:
    """Find everything unusual.

    Args:
        state: state of the search.
        name: returns the display name of a trial, given its number.
    """
    for node in state.dead_nodes:
        yield Finding(
            f"node {node}", 0, f"node {node} died; its trials continue on other nodes from their last checkpoints"
        )
    longest = max(state.waiting.values(), default=0.0)
    if longest >= WAITING_SECONDS:
        yield Finding("waiting", longest, _waiting(state, longest))
    for trial in state.running:
        if trial.is_silent:
            usual = "" if trial.interval is None else f", where reports are {duration(trial.interval)} apart"
            yield Finding(
                f"trial {trial.number}",
                trial.silent,
                f"{name(trial.number)} has not reported for {duration(trial.silent)}{usual}; "
                "the dashboard shows its process under Actors",
            )


def _waiting(state: SearchState, longest: float) -> str:
    count = len(state.waiting)
    who = f"{'a trial has' if count == 1 else f'{count} trials have'} waited {duration(longest)}"
    wanted = {kind: amount for kind, amount in state.wanted.items() if amount}
    for kind, amount in wanted.items():
        total, free = state.total.get(kind, 0.0), state.free.get(kind, 0.0)
        if total < amount:
            return f"{who} for {amount:g} {kind}: the cluster has {total:g}"
        if free < amount:
            own = sum(trial.resources.get(kind, 0.0) for trial in state.running)
            return (
                f"{who} for {amount:g} {kind}: {total - free:g} of {total:g} are in use, {own:g} of them by this search"
            )
    room = ", ".join(f"{state.free.get(kind, 0.0):g} {kind}" for kind in wanted)
    return f"{who} although {room} are free: a process is slow to start, or no single node has room for a trial"


class RepeatLimiter:
    """Lets a finding through when it is new, and again when it has lasted twice as long."""

    def __init__(self) -> None:
        """Start without findings."""
        self._seconds_when_said: dict[str, float] = {}

    def due(self, found: Sequence[Finding]) -> list[str]:
        """Messages to print now.

        Args:
            found: all findings of this moment. A finding that is missing now counts as new when it comes back.
        """
        said, messages = {}, []
        for finding in found:
            before = self._seconds_when_said.get(finding.key)
            if before is None or finding.seconds >= 2 * before > 0:
                before = finding.seconds
                messages.append(finding.message)
            said[finding.key] = before
        self._seconds_when_said = said
        return messages
