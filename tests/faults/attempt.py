"""Runs a search, injects faults one after another, and reports what became of the search."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from faults.catalogue import Fault, Target, flag_file, step_fault
from faults.checks import Tables, find_errors, read_tables
from faults.lost_work import Cost, lost_work
from faults.small_search import SmallSearch
from faults.three_nodes import ThreeNodes

RESUME_COMMAND = "python run_search.py --name it --resume"


@dataclass(frozen=True)
class Outcome:
    """What became of a search.

    Attributes:
        costs: the cost of each fault, in the order in which they occurred.
        complaints: one sentence for everything that is wrong.
        text: everything that was printed.
    """

    costs: tuple[tuple[Fault, Cost], ...]
    complaints: tuple[str, ...]
    text: str


def run_without_faults(search: SmallSearch) -> Tables:
    """Run a search without any fault, and return its tables.

    Raises:
        RuntimeError: with everything it printed, if its exit code is not 0.
    """
    process = search.start()
    try:
        if process.wait() != 0:
            raise RuntimeError(process.text)
    finally:
        process.kill()
    return read_tables(search)


def attempt(
    faults: Sequence[Fault],
    search: SmallSearch,
    reference: Tables,
    random: Random,
    cluster: ThreeNodes | None = None,
) -> Outcome:
    """Start a search, inject faults at random moments, resume it whenever it ends, and check its results.

    Args:
        faults: faults to inject. Each waits for some reports after the previous one. Those in a step occur when their
            trial reaches the step.
        search: a search that has not been started.
        reference: tables of the same search without faults.
        random: draws the moments and the targets.
        cluster: the cluster of the search, or None if the search starts Ray itself.

    Raises:
        RuntimeError: with everything it printed, if the search does not start, ends before a fault, or does not end.
    """
    options = [option for fault in faults for option in fault.options]
    if any(fault.shares_gpu for fault in faults):
        options += [*search.one_gpu, "--gpus-per-trial", "0.5"]
    search = replace(search, options=(*search.options, *options))
    in_steps = [fault for fault in faults if fault.step_kind]
    # Trial 0 is left out, because it has the preset's own settings. No trial gets two faults.
    trials = random.sample(range(1, search.trials), len(in_steps))
    failing = {trial: fault.trial_error for fault, trial in zip(in_steps, trials, strict=True) if fault.trial_error}
    search.write_step_faults([step_fault(*pair, search, random) for pair in zip(in_steps, trials, strict=True)])
    # More reports come between a random moment and its fault, so the moments must not use up all reports.
    most_reports = max(1, search.trials * search.steps // (2 * len(faults)))
    occurred: list[tuple[float, Fault]] = []
    complaints: list[str] = []
    processes = [search.start()]
    try:
        for fault in faults:
            process = processes[-1]
            if not fault.step_kind:
                process.wait_for_reports(len(process.reports) + random.randint(1, most_reports))
                time.sleep(random.uniform(0, 0.5))
            moment = time.monotonic()
            fault.inject(Target(search, process, random, cluster))
            if fault.step_kind:
                moment = float(flag_file(search, fault.step_kind).read_text())
            if fault.exit_code != 0:
                code = process.wait()
                if code != fault.exit_code:
                    complaints.append(f"{fault.name}: exit code {code}")
                if code >= 0:  # it was not killed, so it must say how to resume
                    missing = [text for text in (fault.message, RESUME_COMMAND) if text not in process.text]
                    complaints += [f"{fault.name}: does not print {text!r}" for text in missing]
                moment = max([moment, *(report.time for report in process.reports)])
                processes.append(search.resume())
            occurred.append((moment, fault))
        code = processes[-1].wait()
        if code != 0:
            complaints.append(f"exit code {code} at the end")
    finally:
        for process in processes:
            process.kill()
    reports = [report for process in processes for report in process.reports]
    occurred.sort(key=lambda pair: pair[0])  # faults in steps occur when their trials reach the step
    costs = []
    earlier = -float("inf")
    for index, (moment, fault) in enumerate(occurred):
        # A later fault that ends no process does not disturb the recovery from this one.
        until = min((later for later, other in occurred[index + 1 :] if other.ends != "none"), default=float("inf"))
        cost = lost_work(reports, earlier, moment, until, search.steps, fault.ends)
        costs.append((fault, cost))
        complaints += [f"{fault.name}: {complaint}" for complaint in cost.complaints(fault.extra_intervals)]
        earlier = moment
    complaints += find_errors(search, reference, failing)
    text = "\n".join(process.text for process in processes)
    if "Traceback" in text:
        complaints.append("a traceback was printed instead of a message")
    return Outcome(tuple(costs), tuple(complaints), text)
