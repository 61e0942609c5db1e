"""What is to be true after a fault: no trial lost or twice, tables and study at one, figures as without it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from faults.sitting import Reported
from faults.small_search import SmallSearch
from lstnet_search.errors import InputError
from lstnet_search.results.export.model import read_model
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.records import history_table
from lstnet_search.tuning.study.study import Study

ALLOWED_SECONDS = 10.0
"""Of work done again, or one report interval where that is longer."""

OF_A_RUN = ["seconds", "peak_memory_mb", "ray_trial_id"]
"""Columns that differ between runs of the same search."""


@dataclass(frozen=True)
class Tables:
    """What a search found."""

    trials: pd.DataFrame
    history: pd.DataFrame


def read_tables(search: SmallSearch) -> Tables:
    """The tables of a results folder."""
    folder = ResultsFolder.existing(search.results)
    return Tables(folder.read_trials(), folder.read_history())


def wrong(search: SmallSearch, reference: Tables | None, failed: Mapping[int, str]) -> list[str]:
    """What is not as it is to be.

    Args:
        search: that went through a fault, to its end.
        reference: tables of the same search without a fault; None where figures are not looked at.
        failed: of trials that were to fail, what their error is to say.

    Returns:
        Sentences, none where all is right.
    """
    found, folder = read_tables(search), ResultsFolder(search.results)
    numbers = found.trials["trial"].tolist()
    if numbers != list(range(search.trials)):
        return [f"trials {numbers} instead of {search.trials}"]
    complaints = []
    for number, state, error in found.trials[["trial", "state", "error"]].itertuples(index=False):
        if number in failed:
            if state != "FAIL" or failed[number] not in error:
                complaints.append(f"trial {number} is {state} ({error}), not failed by {failed[number]}")
        elif state != "COMPLETE":
            complaints.append(f"trial {number} is {state}: {error}")
    study = Study(folder.study_file)
    in_study = [trial.state.name for trial in study.study.get_trials(deepcopy=False)]
    if in_study != found.trials["state"].tolist():
        complaints.append(f"the study says {in_study}, the table {found.trials['state'].tolist()}")
    if found.history.duplicated(["trial", "step"]).any():
        complaints.append("a report is in the history twice")
    noted = history_table(study.records())
    if not _in_order(noted).equals(_in_order(found.history)):
        complaints.append(f"the study has {len(noted)} reports, and the table others, or {len(found.history)}")
    for name in ("best_config.yaml", "translations.png"):
        if not (search.results / name).is_file():
            complaints.append(f"{name} is missing")
    try:
        read_model(folder.best_model)
    except InputError as error:
        complaints.append(str(error))
    return complaints if reference is None else complaints + _other_figures(found, reference, failed)


def _other_figures(found: Tables, reference: Tables, failed: Mapping[int, str]) -> list[str]:
    complaints = []
    for number in reference.trials["trial"]:
        was, is_now = (_of(tables.history, number) for tables in (reference, found))
        if number in failed:  # up to where it failed
            was = was.head(len(is_now))
        if not was.equals(is_now) and not (number in failed and is_now.empty):
            steps = is_now["step"].tolist() if "step" in is_now else []
            complaints.append(f"the history of trial {number} is another: steps {steps}")
        was, is_now = (_of(tables.trials, number) for tables in (reference, found))
        if number not in failed and not was.equals(is_now):
            complaints.append(f"the row of trial {number} is another")
    return complaints


def _in_order(history: pd.DataFrame) -> pd.DataFrame:
    """Reports by trial and step, without the order in which they came."""
    return history[sorted(history.columns)].sort_values(["trial", "step"], ignore_index=True)


def _of(table: pd.DataFrame, number: int) -> pd.DataFrame:
    """A trial's rows without what differs between runs, in an order that does not depend on who reported first."""
    rows = table[table["trial"] == number]
    mine = sorted(set(rows.columns) - set(OF_A_RUN))
    return rows[mine].dropna(axis="columns", how="all").reset_index(drop=True)


@dataclass(frozen=True)
class Work:
    """What a fault cost.

    Attributes:
        repeated: seconds of work that the trial that lost most of it did again.
        again: reports that the trial with most of them gave twice.
        recovered: seconds until the last trial that was hit reported anew.
        interval: seconds between two reports of a trial, the longest before the fault.
    """

    repeated: float
    again: int
    recovered: float
    interval: float

    def too_much(self, more_intervals: int) -> list[str]:
        """Sentences on what is beyond the allowance: an interval or ten seconds, and so many intervals more."""
        allowed = max(ALLOWED_SECONDS, self.interval) + more_intervals * self.interval
        complaints = []
        if self.repeated > allowed:
            complaints.append(f"{self.repeated:.1f} s of work were done again, {allowed:.1f} are allowed")
        if self.again > 1 + more_intervals:
            complaints.append(f"{self.again} reports of one trial came twice")
        return complaints


def work_lost(reports: Sequence[Reported], earlier: float, struck: float, until: float, steps: int, hit: str) -> Work:
    """What was done again after a fault, from the reports that were printed before and after it.

    A trial goes on from the report before the first that it gives after the fault: whatever it
    did between that report and the fault, it does again.

    Args:
        reports: of all sittings, in the order of time.
        earlier: when the fault before did: a trial that has not reported since was on its way back, and lost nothing.
        struck: when the fault did.
        until: when the next one did.
        steps: of a whole trial.
        hit: whose process ended: of "all" trials, of "one", or of "none".
    """
    before: dict[int, dict[int, float]] = {}
    after: dict[int, dict[int, float]] = {}
    for report in reports:
        if report.at <= until:
            (before if report.at <= struck else after).setdefault(report.trial, {})[report.step] = report.at
    pairs = [pair for of in before.values() for pair in pairwise(sorted(of.values()))]
    gaps = [late - early for early, late in pairs if early > earlier]
    interval = max(gaps, default=0.0)
    first = {number: min(of.values()) for number, of in after.items()}
    going = [number for number in after if number in before and max(before[number]) < steps]
    if hit == "one" and going:  # it came back later than those that went on
        going = [max(going, key=lambda number: first[number])]
    losses, again = [0.0], [0]
    for number in going:
        since = before[number].get(min(after[number], key=after[number].__getitem__) - 1)
        since_back = {at: step for step, at in before[number].items() if at > earlier}
        reached = max(since_back.values(), default=0)  # what it was beyond, the earlier fault took
        again.append(sum(step <= reached for step in before[number].keys() & after[number].keys()))
        if since is None:
            since = min(before[number].values()) - interval
        came_back = min(since_back, default=None)
        if came_back is not None and (hit != "none" or again[-1]):
            losses.append(struck - max(since, came_back - interval))
    back = [first[number] for number in going] or list(first.values()) or [struck]
    recovered = min(back) if hit == "none" else max(back)
    return Work(max(losses), max(again), recovered - struck, interval)
