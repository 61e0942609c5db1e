"""Which training a report comes from, when trials have copied each other's networks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lstnet_search.results.study.records import Exploit, TrialRecord


def lineage(records: Mapping[int, TrialRecord], number: int, step: int) -> tuple[int, list[Exploit]]:
    """The trial in which the network of a report began, and the copies on its way to the report, ascending in step.

    A copied network is the donor's at that step, before the donor itself copied from another trial at that step.

    Args:
        records: All trials, by number.
        number: The trial that made the report.
        step: The step of the report.
    """
    exploits: list[Exploit] = []
    while earlier := [exploit for exploit in records[number].exploits if exploit.step < step]:
        last = max(earlier, key=lambda exploit: exploit.step)
        exploits.insert(0, last)
        number, step = last.donor, last.step
    return number, exploits


def with_schedules(records: Sequence[TrialRecord], metric: str) -> list[TrialRecord]:
    """The records, each with the settings that train the network of its best report by a metric.

    If that network was copied, these are the settings (and the seed) of the trial in which it began, with a schedule of
    the later weights. A single training with them gives the same network, because a checkpoint holds everything that a
    training needs.
    """
    by_number = {record.number: record for record in records}
    completed = []
    for record in records:
        best = record.best(metric)
        origin, exploits = (record.number, []) if best is None else lineage(by_number, record.number, best.step)
        schedule = [{"step": exploit.step, "weights": exploit.weights} for exploit in exploits]
        settings: dict[str, Any] = by_number[origin].settings | {"schedule": schedule} if exploits else record.settings
        completed.append(replace(record, settings=settings))
    return completed
