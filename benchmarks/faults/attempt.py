"""A search that faults strike one after another, and what became of it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from faults.catalogue import Fault, Stage, flag, injected
from faults.small_search import SmallSearch
from faults.three_nodes import ThreeNodes
from faults.verdict import Tables, Work, read_tables, work_lost, wrong


@dataclass(frozen=True)
class Outcome:
    """What a search went through.

    Attributes:
        work: what each fault cost, in their order.
        complaints: on what is not as it is to be.
        text: all that was printed.
    """

    work: tuple[Work, ...]
    complaints: tuple[str, ...]
    text: str


def undisturbed(search: SmallSearch) -> Tables:
    """Run a search that nothing happens to.

    Returns:
        Its tables.

    Raises:
        RuntimeError: with what it printed, if it does not end well.
    """
    sitting = search.begin()
    try:
        if sitting.end() != 0:
            raise RuntimeError(sitting.text)
    finally:
        sitting.stop()
    return read_tables(search)


def attempt(
    faults: Sequence[Fault],
    search: SmallSearch,
    reference: Tables | None,
    random: Random,
    nodes: ThreeNodes | None = None,
) -> Outcome:
    """Begin a search, have faults strike at random moments, go on with it as often as it ends, and look at it.

    Args:
        faults: each waits until some reports have been printed since the one before.
        search: not begun.
        reference: tables of the same search without a fault; None where figures are not looked at.
        random: draws the moments, and whom they hit.
        nodes: that it runs on, its own machine if none are given.
    """
    asked = [option for fault in faults for option in fault.options(nodes)]
    search = replace(search, options=(*search.options, *asked))
    failed: dict[int, str] = {}
    in_steps = []
    for fault in faults:
        if fault.step:
            trial, what = injected(fault, search, random)
            in_steps.append(what)
            if fault.fails:
                failed[trial] = fault.fails
    search.prepare(in_steps)
    flag(search).unlink(missing_ok=True)
    most = max(1, search.trials * search.steps * 2 // (3 * len(faults)))
    struck: list[float] = []
    complaints: list[str] = []
    sittings = [search.begin()]
    try:
        for fault in faults:
            sitting = sittings[-1]
            if not fault.step:
                so_far = 0 if len(sittings) > len(struck) else len(sitting.reports)
                sitting.wait_for_reports(so_far + random.randint(1, most))
                time.sleep(random.uniform(0, 0.5))
            at = time.monotonic()
            fault.strike(Stage(search, sitting, random, nodes))
            if flag(search).exists():
                at = float(flag(search).read_text())
            if fault.codes != (0,):
                code = sitting.end()
                if code not in fault.codes:
                    complaints.append(f"{fault.name}: exit code {code}")
                at = max([at, *(report.at for report in sitting.reports)])
                sittings.append(search.resume())
            struck.append(at)
        code = sittings[-1].end()
        if code != 0:
            complaints.append(f"exit code {code} at the end")
    finally:
        for sitting in sittings:
            sitting.stop()
    reports = [report for sitting in sittings for report in sitting.reports]
    work = []
    moments = [-float("inf"), *struck, float("inf")]
    for place, fault in enumerate(faults):
        before, at, until = moments[place : place + 3]
        work.append(work_lost(reports, before, at, until, search.steps, fault.hit))
        complaints += [f"{fault.name}: {complaint}" for complaint in work[-1].too_much(fault.intervals)]
    complaints += wrong(search, reference, failed)
    return Outcome(tuple(work), tuple(complaints), "\n".join(sitting.text for sitting in sittings))
