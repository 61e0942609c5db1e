"""How much work a fault has cost, from the reports that were printed before and after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from faults.search_process import PrintedReport

ALLOWED_SECONDS = 10.0
"""Work that may be repeated, or one report interval if that is longer."""


@dataclass(frozen=True)
class Cost:
    """What a fault cost.

    Attributes:
        repeated: seconds of repeated work, of the trial with most of it.
        reports_again: reports that were printed twice, of the trial with most of them.
        recovered: seconds until the last trial that was hit has reported again.
        interval: longest time between two reports of a trial before the fault, in seconds.
    """

    repeated: float
    reports_again: int
    recovered: float
    interval: float

    def complaints(self, extra_intervals: int) -> list[str]:
        """One sentence for everything beyond the allowance: an interval or ten seconds, plus some extra intervals."""
        allowed = max(ALLOWED_SECONDS, self.interval) + extra_intervals * self.interval
        found = []
        if self.repeated > allowed:
            found.append(f"{self.repeated:.1f} s of work were repeated, {allowed:.1f} s are allowed")
        if self.reports_again > 1 + extra_intervals:
            found.append(f"{self.reports_again} reports of one trial were printed twice")
        return found


def lost_work(
    reports: Sequence[PrintedReport], earlier: float, moment: float, until: float, steps: int, ends: str
) -> Cost:
    """The cost of a fault.

    A trial continues from the report before the first one that it gives after the fault. It repeats whatever it did
    between that report and the fault.

    Args:
        reports: all reports, in the order of time.
        earlier: when the previous fault occurred. A trial without a report since then was still recovering, and lost
            nothing.
        moment: when the fault occurred.
        until: when the next fault occurred.
        steps: steps of a complete trial.
        ends: trials whose processes the fault ended: "all", "one" or "none".
    """
    before: dict[int, dict[int, float]] = {}
    after: dict[int, dict[int, float]] = {}
    for report in reports:
        if report.time <= until:
            side = before if report.time <= moment else after
            side.setdefault(report.trial, {})[report.step] = report.time
    pairs = [pair for times in before.values() for pair in pairwise(sorted(times.values()))]
    interval = max((late - early for early, late in pairs if early > earlier), default=0.0)
    first = {trial: min(times.values()) for trial, times in after.items()}
    hit = [trial for trial in after if trial in before and max(before[trial]) < steps]
    if ends == "one" and hit:  # the trial that was hit reports later than the others
        hit = [max(hit, key=lambda trial: first[trial])]
    losses, reports_again = [0.0], [0]
    for trial in hit:
        continued_from = before[trial].get(min(after[trial], key=after[trial].__getitem__) - 1)
        since_earlier = {time: step for step, time in before[trial].items() if time > earlier}
        reached = max(since_earlier.values(), default=0)  # reports of later steps were lost by the earlier fault
        reports_again.append(sum(step <= reached for step in before[trial].keys() & after[trial].keys()))
        if continued_from is None:
            continued_from = min(before[trial].values()) - interval
        if since_earlier and (ends != "none" or reports_again[-1]):
            losses.append(moment - max(continued_from, min(since_earlier) - interval))
    back = [first[trial] for trial in hit] or list(first.values()) or [moment]
    recovered = min(back) if ends == "none" else max(back)
    return Cost(max(losses), max(reports_again), recovered - moment, interval)
