"""Why nothing moves: trials that wait for a place, trials that fell silent, nodes that died."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lstnet_search.results.formatting import duration

WAITING_SECONDS = 60.0
"""A trial's process is up after some seconds where there is room."""

SILENT_AT_LEAST, SILENT_RHYTHMS, SILENT_UNKNOWN = 120.0, 5.0, 600.0
"""Seconds of silence that are always allowed, intervals between reports, and seconds while no interval is known."""

HANGING_AT_LEAST, HANGING_RHYTHMS, HANGING_UNKNOWN = 600.0, 20.0, 3600.0
"""Likewise for silence after which a process is taken to hang."""


@dataclass(frozen=True)
class Running:
    """A trial that trains.

    Attributes:
        number: of the trial.
        silent: seconds since its last report, or since its process began.
        rhythm: seconds that its reports are apart; None if no trial has reported yet.
        takes: resources, by Ray's names ("CPU", "GPU").
    """

    number: int
    silent: float
    rhythm: float | None
    takes: Mapping[str, float]

    def hangs(self, timeout: float | None) -> bool:
        """Whether it will not report any more, by all that is known.

        Args:
            timeout: seconds of silence that say so; None for far more than is usual for the trial.
        """
        usual = HANGING_UNKNOWN if self.rhythm is None else max(HANGING_AT_LEAST, HANGING_RHYTHMS * self.rhythm)
        return self.silent >= (usual if timeout is None else timeout)


@dataclass(frozen=True)
class Situation:
    """How a search stands on its cluster.

    Attributes:
        waiting: trials that were handed out and have no process, with the seconds that they wait.
        running: trials that have one.
        wanted: what the trial takes that has waited longest, by Ray's names ("CPU", "GPU").
        total: what the nodes that are alive have.
        free: what of it nobody uses.
        dead_nodes: those that died during the search.
    """

    waiting: Mapping[int, float]
    running: Sequence[Running]
    wanted: Mapping[str, float]
    total: Mapping[str, float]
    free: Mapping[str, float]
    dead_nodes: Sequence[str] = ()


@dataclass(frozen=True)
class Finding:
    """One reason.

    Attributes:
        key: by which it is recognised when it is found again.
        seconds: that it has lasted; 0 for what happens once.
        sentence: for people.
    """

    key: str
    seconds: float
    sentence: str


def findings(situation: Situation, name: Callable[[int], str]) -> Iterator[Finding]:
    """All that is out of the ordinary, with the names that people know the trials by."""
    for node in situation.dead_nodes:
        yield Finding(f"node {node}", 0, f"node {node} died; its trials go on elsewhere from their last checkpoints")
    longest = max(situation.waiting.values(), default=0.0)
    if longest >= WAITING_SECONDS:
        yield Finding("waiting", longest, _waiting(situation, longest))
    for trial in situation.running:
        allowed = SILENT_UNKNOWN if trial.rhythm is None else max(SILENT_AT_LEAST, SILENT_RHYTHMS * trial.rhythm)
        if trial.silent >= allowed:
            usual = "" if trial.rhythm is None else f", where reports are {duration(trial.rhythm)} apart"
            yield Finding(
                f"trial {trial.number}",
                trial.silent,
                f"{name(trial.number)} has not reported for {duration(trial.silent)}{usual}; "
                "the dashboard shows its process under Actors",
            )


def _waiting(situation: Situation, longest: float) -> str:
    count = len(situation.waiting)
    who = f"{'a trial has' if count == 1 else f'{count} trials have'} waited {duration(longest)}"
    asked = {kind: amount for kind, amount in situation.wanted.items() if amount}
    for kind, amount in asked.items():
        total, free = situation.total.get(kind, 0.0), situation.free.get(kind, 0.0)
        if total < amount:
            return f"{who} for {amount:g} {kind}: the cluster has {total:g}"
        if free < amount:
            own = sum(trial.takes.get(kind, 0.0) for trial in situation.running)
            return (
                f"{who} for {amount:g} {kind}: {total - free:g} of {total:g} are in use, {own:g} of them by this search"
            )
    room = ", ".join(f"{situation.free.get(kind, 0.0):g} {kind}" for kind in asked)
    return f"{who} though {room} are free: a process is slow to start, or no single node has room for a trial"


class Sparing:
    """Says a finding when it is new, and again when it has lasted twice as long."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._said: dict[str, float] = {}

    def due(self, found: Sequence[Finding]) -> list[str]:
        """What is to be said now of all that is found now; what is not found any more is forgotten."""
        said, lines = {}, []
        for finding in found:
            before = self._said.get(finding.key)
            again = before is None or finding.seconds >= 2 * before > 0
            said[finding.key] = finding.seconds if again or before is None else before
            if again:
                lines.append(finding.sentence)
        self._said = said
        return lines
