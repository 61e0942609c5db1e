"""A search that faults strike one after another, and what became of it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from faults.catalogue import Fault, Stage, flag, injected
from faults.small_search import SmallSearch
from faults.three_nodes import ThreeNodes
from faults.verdict import Tables, Work, read_tables, work_lost, wrong

GO_ON = "go on with: python run_search.py --name it --resume"


@dataclass(frozen=True)
class Outcome:
    """What a search went through.

    Attributes:
        work: what each fault cost, as they struck one after another.
        complaints: on what is not as it is to be.
        text: all that was printed.
    """

    work: tuple[tuple[Fault, Work], ...]
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
    cluster: ThreeNodes | None = None,
) -> Outcome:
    """Begin a search, have faults strike at random moments, go on with it as often as it ends, and look at it.

    Args:
        faults: each waits until some reports have been printed since the one before; those in a step come when
            their trials get there.
        search: not begun.
        reference: tables of the same search without a fault; None where figures are not looked at.
        random: draws the moments, and whom they hit.
        cluster: that it runs on; None if it starts Ray itself.

    Raises:
        RuntimeError: with what it printed, if it does not begin, ends before a fault strikes, or does not end.
    """
    asked = [option for fault in faults for option in fault.options]
    if any(fault.shared for fault in faults):
        asked += [*search.one_gpu, "--gpus-per-trial", "0.5"]
    search = replace(search, options=(*search.options, *asked))
    in_steps = [fault for fault in faults if fault.step]
    # Not trial 0, whose settings are the presets' own; and no two in one trial.
    trials = random.sample(range(1, search.trials), len(in_steps))
    failed = {trial: fault.fails for fault, trial in zip(in_steps, trials, strict=True) if fault.fails}
    search.prepare([injected(fault, trial, search, random) for fault, trial in zip(in_steps, trials, strict=True)])
    # Reports go on between a moment and what happens then, so that not all of them are shared out.
    most = max(1, search.trials * search.steps // (2 * len(faults)))
    struck: list[tuple[float, Fault]] = []
    complaints: list[str] = []
    sittings = [search.begin()]
    try:
        for fault in faults:
            sitting = sittings[-1]
            if not fault.step:
                sitting.wait_for_reports(len(sitting.reports) + random.randint(1, most))
                time.sleep(random.uniform(0, 0.5))
            at = time.monotonic()
            fault.strike(Stage(search, sitting, random, cluster))
            if fault.step:
                at = float(flag(search, fault.step).read_text())
            if fault.codes != (0,):
                code = sitting.end()
                if code not in fault.codes:
                    complaints.append(f"{fault.name}: exit code {code}")
                if code >= 0:  # it was not killed, and has the last word
                    unsaid = [said for said in (fault.says, GO_ON) if said not in sitting.text]
                    complaints += [f"{fault.name}: does not say {said!r}" for said in unsaid]
                at = max([at, *(report.at for report in sitting.reports)])
                sittings.append(search.resume())
            struck.append((at, fault))
        code = sittings[-1].end()
        if code != 0:
            complaints.append(f"exit code {code} at the end")
    finally:
        for sitting in sittings:
            sitting.stop()
    reports = [report for sitting in sittings for report in sitting.reports]
    struck.sort(key=lambda moment: moment[0])  # those in steps as their trials got there
    work = []
    earlier = -float("inf")
    for place, (at, fault) in enumerate(struck):
        # One that ends no process does not end the way back from the one before.
        until = min((later for later, other in struck[place + 1 :] if other.hit != "none"), default=float("inf"))
        cost = work_lost(reports, earlier, at, until, search.steps, fault.hit)
        work.append((fault, cost))
        complaints += [f"{fault.name}: {complaint}" for complaint in cost.too_much(fault.intervals)]
        earlier = at
    complaints += wrong(search, reference, failed)
    text = "\n".join(sitting.text for sitting in sittings)
    if "Traceback" in text:
        complaints.append("a traceback was printed, where a sentence was to be")
    return Outcome(tuple(work), tuple(complaints), text)
