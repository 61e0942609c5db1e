"""What must hold after a fault: no trial is lost or duplicated, tables and study agree, no figure has changed."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from faults.small_search import SmallSearch
from lstnet_search.errors import InputError
from lstnet_search.results.export.model import read_model
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.records import history_table
from lstnet_search.tuning.study.study import Study

VARYING_COLUMNS = ["seconds", "peak_memory_mb", "ray_trial_id"]
"""Columns that differ between two runs of the same search."""


@dataclass(frozen=True)
class Tables:
    """The tables of a search."""

    trials: pd.DataFrame
    history: pd.DataFrame


def read_tables(search: SmallSearch) -> Tables:
    """Read the tables of a search."""
    folder = ResultsFolder.existing(search.results)
    return Tables(folder.read_trials(), folder.read_history())


def find_errors(search: SmallSearch, reference: Tables, failing: Mapping[int, str]) -> list[str]:
    """Check the results of a search.

    Args:
        search: a search that had a fault and has ended.
        reference: tables of the same search without faults.
        failing: for each trial that must have failed, what its error must say.

    Returns:
        One sentence per error.
    """
    found, folder = read_tables(search), ResultsFolder(search.results)
    numbers = found.trials["trial"].tolist()
    if numbers != list(range(search.trials)):
        return [f"the table has trials {numbers} instead of {search.trials} trials"]
    complaints = []
    for number, state, error in found.trials[["trial", "state", "error"]].itertuples(index=False):
        if number in failing:
            if state != "FAIL" or failing[number] not in error:
                complaints.append(f"trial {number} is {state} ({error}) and has not failed by: {failing[number]}")
        elif state != "COMPLETE":
            complaints.append(f"trial {number} is {state}: {error}")
    study = Study(folder.study_file)
    in_study = [trial.state.name for trial in study.study.get_trials(deepcopy=False)]
    if in_study != found.trials["state"].tolist():
        complaints.append(f"the study has states {in_study}, the table {found.trials['state'].tolist()}")
    if found.history.duplicated(["trial", "step"]).any():
        complaints.append("the history has a report twice")
    recorded = history_table(study.records())
    if not _in_order(recorded).equals(_in_order(found.history)):
        complaints.append(f"the study's {len(recorded)} reports differ from the table's {len(found.history)}")
    for name in ("best_config.yaml", "translations.png"):
        if not (search.results / name).is_file():
            complaints.append(f"{name} is missing")
    try:
        read_model(folder.best_model)
    except InputError as error:
        complaints.append(str(error))
    return complaints + _differences(found, reference, failing)


def _differences(found: Tables, reference: Tables, failing: Mapping[int, str]) -> list[str]:
    complaints = []
    for number in reference.trials["trial"]:
        expected, actual = (_rows_of(tables.history, number) for tables in (reference, found))
        if number in failing:  # equal up to the failure
            expected = expected.head(len(actual))
        if not expected.equals(actual) and not (number in failing and actual.empty):
            steps = actual["step"].tolist() if "step" in actual else []
            complaints.append(f"the history of trial {number} differs: steps {steps}")
        expected, actual = (_rows_of(tables.trials, number) for tables in (reference, found))
        if number not in failing and not expected.equals(actual):
            complaints.append(f"the row of trial {number} differs")
    return complaints


def _in_order(history: pd.DataFrame) -> pd.DataFrame:
    """Reports ordered by trial and step."""
    return history[sorted(history.columns)].sort_values(["trial", "step"], ignore_index=True)


def _rows_of(table: pd.DataFrame, number: int) -> pd.DataFrame:
    """A trial's rows without varying columns. Columns are sorted: their order depends on which trial reported first."""
    rows = table[table["trial"] == number]
    columns = sorted(set(rows.columns) - set(VARYING_COLUMNS))
    return rows[columns].dropna(axis="columns", how="all").reset_index(drop=True)
