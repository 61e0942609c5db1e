"""How far a search is, in steps, and how much time is left."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from math import exp
from operator import mul

from rich.cells import cell_len

from lstnet_search.results.screen.layout import cut

PRIOR_TRIALS = 4.0
"""The expectation before any trial has ended counts as much as this many ended trials."""
PRIOR_SURVIVAL = (0.6, 0.5)
"""Share of trials that pass the first rung, and share of these that pass the second. ASHA keeps more than one in three,
because the first trials at a rung have nothing to be compared with."""
REPEATS_SHARE = 1 / 3
"""Share of repeats among the trials if settings are trained with several seeds. Repeats are never stopped."""
PACE_TRAININGS = 1.0
"""The pace is an exponentially weighted mean: steps this many trainings old count about a third as much as new ones."""
LEAST_BAR = 8
CALM = 0.4
"""Weight of a new estimate of the end; the earlier estimate has the rest, so that the time left does not jump."""


class Progress:
    """The steps that the trials of a search have taken and are expected to take."""

    def __init__(
        self, steps: int, trials: int, concurrent: int, rungs: Sequence[int] = (), *, repeats: bool = False
    ) -> None:
        """Expect a search.

        Args:
            steps: steps of a whole training.
            trials: number of trials.
            concurrent: trials that run side by side.
            rungs: steps at which trials may be stopped; empty if all run to the end.
            repeats: whether settings are trained again with further seeds.
        """
        self.steps = steps
        self.trials = trials
        self._concurrent = concurrent
        self._repeats = repeats
        survival = [*accumulate([1.0, *PRIOR_SURVIVAL[: len(rungs)]], mul), 0.0]
        self._prior = {
            end: before - after for end, (before, after) in zip([*rungs, steps], pairwise(survival), strict=True)
        }
        self._reached: dict[int, int] = {}
        self._seconds: dict[int, float] = {}
        self._running: set[int] = set()
        self._ended: set[int] = set()
        self._stops: Counter[int] = Counter()
        """Steps at which trials have ended, except those that nothing stops early."""
        self._whole: set[int] = set()
        """Trials that nothing stops early: trial 0 and repeats."""
        self._began_repeats = 0
        self._finish: float | None = None
        self._outdated = True
        self._pace_steps, self._pace_seconds = 0.0, 0.0

    def report(self, number: int, step: int, seconds: float, *, whole: bool = False) -> None:
        """Note a trial's steps and seconds so far, and whether nothing stops it early."""
        if whole and number not in self._whole:
            self._whole.add(number)
            self._began_repeats += number != 0
        new_steps, new_seconds = step - self._reached.get(number, 0), seconds - self._seconds.get(number, 0.0)
        if new_steps > 0:  # otherwise it continues from an earlier checkpoint
            kept = exp(-new_steps / (PACE_TRAININGS * self.steps))
            self._pace_steps = kept * self._pace_steps + new_steps
            self._pace_seconds = kept * self._pace_seconds + new_seconds
        self._reached[number], self._seconds[number] = step, seconds
        if number not in self._ended:
            self._running.add(number)
        self._outdated = True

    def end(self, number: int) -> None:
        """Note that a trial has ended."""
        if number not in self._ended and number not in self._whole:
            self._stops[self._reached.get(number, 0)] += 1
        self._ended.add(number)
        self._running.discard(number)
        self._outdated = True

    @property
    def ended(self) -> int:
        """How many trials have ended."""
        return len(self._ended)

    @property
    def done(self) -> int:
        """Steps so far."""
        return sum(self._reached.values())

    @property
    def expected(self) -> int:
        """Steps that all trials are expected to take together."""
        return self.done + round(self._left()[0])

    def seconds_left(self, now: float) -> float | None:
        """Expected seconds until the last trial ends, or None before the first report.

        It counts down between reports. Each report moves the expected end only part of the way to its new place.

        Args:
            now: the time in seconds, from any origin.
        """
        if not self._pace_steps:
            return None
        if self._outdated:
            self._outdated = False
            finish = now + self._expected_seconds()
            self._finish = finish if self._finish is None else self._finish + CALM * (finish - self._finish)
        assert self._finish is not None
        return max(0.0, self._finish - now)

    def _expected_seconds(self) -> float:
        steps, longest = self._left()
        slots = max(1, min(self._concurrent, self.trials - self.ended))
        return max(steps / slots, longest) * self._pace_seconds / self._pace_steps

    def _left(self) -> tuple[float, float]:
        """Expected remaining steps, of all trials together and of the trial with the most."""
        ends = self._ends()
        running = [
            (self.steps if number in self._whole else _expected_end(ends, self._reached[number]))
            - self._reached[number]
            for number in self._running
        ]
        not_begun = max(0, self.trials - len(self._running) - len(self._ended))
        repeats = min(not_begun, max(0, round(self.trials * REPEATS_SHARE) - self._began_repeats) * self._repeats)
        new = _expected_end(ends, 0)
        return (
            sum(running) + repeats * self.steps + (not_begun - repeats) * new,
            max([*running, self.steps * (repeats > 0), new * (not_begun > repeats)], default=0.0),
        )

    def _ends(self) -> Mapping[int, float]:
        """The steps at which trials end, each with its weight."""
        ends = {end: PRIOR_TRIALS * share for end, share in self._prior.items()}
        for end, count in self._stops.items():
            ends[end] = ends.get(end, 0.0) + count
        return ends


def _expected_end(ends: Mapping[int, float], step: int) -> float:
    """The mean end of the trials that get beyond a step."""
    further = {end: weight for end, weight in ends.items() if end > step}
    total = sum(further.values())
    return sum(end * weight for end, weight in further.items()) / total if total else step


def bar(done: int, expected: int, left: str, width: int) -> str:
    """A bar of a width with the steps so far, those expected, and the time left."""
    figures = f"{done}/{expected} steps"
    for text in (f"{figures} expected  {left}", f"{figures}  {left}", left):
        room = width - cell_len(text) - 2
        if room >= LEAST_BAR:
            filled = min(room, room * done // max(1, expected))
            return f"{'━' * filled}{'╸' if 0 < filled < room else ''}".ljust(room, "─") + f"  {text.rstrip()}"
    return cut(text, width)
