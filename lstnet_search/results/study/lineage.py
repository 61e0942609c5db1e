"""Which training a trial's report comes from, where trials took over each other's networks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lstnet_search.results.study.records import Exploit, TrialRecord


def lineage(known: Mapping[int, TrialRecord], number: int, step: int) -> tuple[int, list[Exploit]]:
    """The trial in which the network of a report began, and each change on its way, ascending in step.

    A network that was taken over is the donor's as it was at that step, before anything befell the donor there.

    Args:
        known: all trials, by number.
        number: of the trial that made the report.
        step: of the report.
    """
    way: list[Exploit] = []
    while taken := [exploit for exploit in known[number].exploits if exploit.step < step]:
        last = max(taken, key=lambda exploit: exploit.step)
        way.insert(0, last)
        number, step = last.donor, last.step
    return number, way


def with_schedules(records: Sequence[TrialRecord], metric: str) -> list[TrialRecord]:
    """The records, each with the settings that train the network of its best report by a metric.

    Where it was taken over, these are the settings, seed included, of the trial that it began in, with a
    schedule: checkpoints hold all that a training needs, so that one training takes the whole way.
    """
    known = {record.number: record for record in records}
    found = []
    for record in records:
        best = record.best(metric)
        origin, way = (record.number, []) if best is None else lineage(known, record.number, best.step)
        begun = known[origin].settings
        schedule = [{"step": exploit.step, "weights": exploit.weights} for exploit in way]
        settings: dict[str, Any] = record.settings if not way else begun | {"schedule": schedule}
        found.append(replace(record, settings=settings))
    return found
