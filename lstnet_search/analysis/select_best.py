"""Ranks the trials of one or more searches, and writes the settings of the best one to a file.

Each trial is ranked by the report where the metric is best, as in a search by that metric.
"""

from collections.abc import Iterator, Sequence
from heapq import merge
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from lstnet_search.config import TrialConfig
from lstnet_search.config.metrics import accuracy_name
from lstnet_search.errors import InputError
from lstnet_search.io.console import console
from lstnet_search.results.export.winner import write_config
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import percent, shown, weights, weights_heading
from lstnet_search.results.study.configurations import configurations_in, rank
from lstnet_search.results.study.ranking import settings_of_row
from lstnet_search.results.study.records import PAPER_TRIAL


def select_best(
    folders: list[Path], metric: str | None = None, lowest: bool = False, top: int = 5, output: Path | None = None
) -> None:
    """Rank configurations by their trials' best reports, print the first ones, and write the settings of the first.

    Args:
        folders: results folders, at least one.
        metric: the metric to rank by; None for the one that the first search maximised.
        lowest: whether the lowest value is the best one, as of a loss.
        top: how many trials to print; those with the paper's weights follow.
        output: the file to write the settings to; None for `selected_config.yaml` in the best trial's results folder.

    Raises:
        InputError: if no trial has the metric.
    """
    studies = [StudyTables.read(folder) for folder in folders]
    metric = metric or studies[0].metric
    ranked = _rank(studies, metric, lowest)
    console().print(_table(ranked, studies, metric, top))
    best = ranked.iloc[0]
    study = studies[best["study"]]
    output = output or study.folder.path / "selected_config.yaml"
    remark = f"trial {best['trial']} of {study.name}, best by {metric}: {best['expected']:.6g}"
    write_config(output, _settings(best, studies), [remark])
    print(f"settings of trial {best['trial']} of {study.name}: {output}")


def _rank(studies: list[StudyTables], metric: str, lowest: bool) -> pd.DataFrame:
    """The best report of the first trial of each configuration, the likely best configuration first.

    The column `expected` has the metric's expected value with a new seed. Ties go to the earlier study and trial.

    Raises:
        InputError: if no trial has the metric.
    """
    found = [
        table for index, study in enumerate(studies) if len(table := _ranked_reports(study, metric, lowest, index))
    ]
    if not found:
        known = sorted({name for study in studies for name in study.metrics})
        raise InputError(f"no trial has the metric {metric!r}; there are: {', '.join(known) or 'none yet'}")
    ranked = pd.concat(found, ignore_index=True).astype(object)  # otherwise integers of a row would become floats
    return ranked.loc[[*_merged([list(each.index) for _, each in ranked.groupby("study")], ranked["expected"], lowest)]]


def _merged(rows: Sequence[list[int]], expected: "pd.Series[Any]", lowest: bool) -> Iterator[int]:
    """Rows of several studies in one order: again and again the best of the studies' next ones.

    Each study keeps its own order, because its likely best may have a lower score than one that was only lucky.
    """
    return merge(*rows, key=lambda row: expected[row] if lowest else -expected[row])


def _ranked_reports(study: StudyTables, metric: str, lowest: bool, index: int) -> pd.DataFrame:
    reports = study.best_reports(metric, lowest)
    if reports.empty:
        return reports
    ranking = rank(configurations_in(study.trials, -reports[metric] if lowest else reports[metric]))
    table = reports.loc[[each.shown_trial for each in ranking.configurations]].reset_index()
    expected = [-each.expected if lowest else each.expected for each in ranking.configurations]
    return table.assign(expected=expected, seeds=[each.seeds for each in ranking.configurations], study=index)


def _settings(report: "pd.Series[Any]", studies: list[StudyTables]) -> TrialConfig:
    trials = studies[report["study"]].trials
    return settings_of_row(trials[trials["trial"] == report["trial"]].iloc[0])


def _table(ranked: pd.DataFrame, studies: list[StudyTables], metric: str, top: int) -> Table:
    accuracies = [name for name in ranked.columns if name.startswith(accuracy_name("")) and name != metric]
    table = Table(title=f"best by {metric}", title_justify="left")
    names = " or ".join(dict.fromkeys(weights_heading(study.search.trial.method) for study in studies))
    for heading in ("", "study", "trial", metric, "seeds", *accuracies, "at step", "state", f"weights {names}"):
        table.add_column(heading.removeprefix(accuracy_name("")), no_wrap=True)

    def add(label: str, report: "pd.Series[Any]") -> None:
        study = studies[report["study"]]
        table.add_row(
            label,
            study.name,
            str(report["trial"]),
            shown(metric, report["expected"]),
            str(report["seeds"]),
            *(percent(None if pd.isna(report[name]) else report[name]) for name in accuracies),
            str(report["step"]),
            study.trials.set_index("trial")["state"][report["trial"]],
            weights(_settings(report, studies).model_dump()),
        )

    for position, (_, report) in enumerate(ranked.head(top).iterrows(), start=1):
        add(f"{position}.", report)
    for _, report in ranked[ranked["trial"] == PAPER_TRIAL].iterrows():
        add("paper", report)
    return table
