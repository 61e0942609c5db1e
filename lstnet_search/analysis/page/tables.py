"""Tables of the page: trials, confirmation, criteria."""

from math import isnan
from typing import Any, cast

import pandas as pd

from lstnet_search.analysis.criteria import verdicts
from lstnet_search.analysis.page.parts import Row, Table
from lstnet_search.analysis.page.verdict import mean_shown
from lstnet_search.analysis.page.words import arrow
from lstnet_search.config import METHODS
from lstnet_search.config.metrics import TARGET, accuracy_name
from lstnet_search.results.analysis.regret import Verdict
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import STATES, difference, p_value, percent, shown
from lstnet_search.results.study.ranking import with_last_weights
from lstnet_search.results.study.records import PAPER_TRIAL, SCHEDULE

TOP = 10
"""Trials in the table at most, beside the paper's weights."""
ERRORS = 20
"""Failed trials named at most."""


def trials_table(study: StudyTables) -> Table:
    """The best trials at their best reports, the paper's weights, and no translation."""
    metric = study.metric
    accuracies = [accuracy_name(each) for each in study.directions if accuracy_name(each) != metric]
    ranking, reports = study.ranking(metric), study.best_reports(metric)
    trials = with_last_weights(study.trials).set_index("trial")
    weights = METHODS[study.search["search"]["trial"]["method"]].weight_names
    others = _other_settings(study, weights)

    def row(place: str, trial: int, mark: str) -> Row:
        report = cast("pd.Series[Any]", reports.loc[trial])
        settings = cast("pd.Series[Any]", trials.loc[trial])
        cells = [place, str(trial), shown(metric, report[metric])]
        cells += [_percent(report.get(name)) for name in accuracies]
        cells += [f"{int(report['step'])}", STATES[settings["state"]]]
        cells += [_number(settings.get(f"config/{name}")) for name in (*weights, *others)]
        return Row(cells, mark)

    rows = [
        row(f"{place}.", int(trial), "paper" if trial == PAPER_TRIAL else "best" if place == 1 else "")
        for place, trial in enumerate(ranking.index[:TOP].tolist(), start=1)
    ]
    if PAPER_TRIAL in ranking.index[TOP:]:
        place = ranking.index.get_loc(PAPER_TRIAL)
        assert isinstance(place, int)
        rows.append(row(f"{place + 1}.", PAPER_TRIAL, "paper"))
    measured = [_percent(study.baseline.get(name)) for name in accuracies]
    cells = ["", "no translation", shown(metric, study.baseline.get(metric)), *measured]
    blank = [""] * (2 + len(weights) + len(others))
    rows.append(Row([*cells, *blank], "baseline"))
    directions = [arrow(name.removeprefix("val_accuracy_")) for name in accuracies]
    shown_metric = "target" if metric == TARGET else metric
    headings = ["", "trial", shown_metric, *directions, "at step", "how it ended", *weights, *others]
    caption = (
        f"Validation scores at each trial's best report; the {min(TOP, len(ranking))} best of {len(ranking)} trials "
        "that did not fail. Trial 0 has the paper's weights."
    )
    if f"config/{SCHEDULE}" in study.trials:
        caption += " Weights that changed during a training are those at its best report."
    return Table(caption, headings, rows, words=2)


def _other_settings(study: StudyTables, weights: tuple[str, ...]) -> list[str]:
    """What was searched beside the weights."""
    drawn = study.search["search"]["space"]["ranges"]
    return [name for name in drawn if name not in weights and f"config/{name}" in study.trials]


def errors_table(study: StudyTables) -> Table | None:
    """The trials that failed, and why; None where none did."""
    failed = study.trials[study.trials["state"] == "FAIL"]
    if failed.empty:
        return None
    rows = [
        Row([str(trial), str(steps), str(error)])
        for trial, steps, error in failed[["trial", "steps", "error"]].head(ERRORS).itertuples(index=False)
    ]
    caption = f"Failed: {len(failed)} of {len(study.trials)} trials"
    caption += f", of which {ERRORS} are named." if len(failed) > ERRORS else "."
    return Table(caption, ["trial", "at step", "error"], rows, words=3, wraps=True)


def confirmation_table(study: StudyTables, confirmation: dict[str, Any]) -> Table:
    """A row a candidate: test accuracies, difference to the paper's weights, p, verdict."""
    accuracies = [f"test_accuracy_{direction}" for direction in study.directions]
    rows = []
    for each in confirmation["candidates"]:
        name, trial, test = each["candidate"], each["trial"], each["against_paper"]
        mark = "paper" if trial == PAPER_TRIAL else {"best": "best", "no translation": "baseline"}.get(name, "")
        trained = each["trainings"] - each["failed"]
        rows.append(
            Row(
                [
                    f"{name}, the paper's" if mark == "paper" and name == "best" else name,
                    "" if trial is None else str(trial),
                    mean_shown(each),
                    *(("", "", "") if test is None else (_difference(test), _p(test), test["verdict"])),
                    *(mean_shown(each, accuracy) for accuracy in accuracies),
                    "" if trial is None else f"{trained} of {each['trainings']}" if each["failed"] else str(trained),
                ],
                mark,
            )
        )
    tests = ["to the paper's, points", "p", "verdict"]
    headings = ["", "trial", "target", *tests, *map(arrow, study.directions), "seeds"]
    caption = (
        f"Test accuracy after {confirmation['steps']} steps: mean ± half of the 95 % interval. Differences by seed, "
        "with their 95 % interval and the p of a paired t-test; of candidates other than the best, p is corrected "
        "for their number (Holm)."
    )
    return Table(caption, headings, rows)


def _difference(test: dict[str, Any]) -> str:
    if test["difference"] is None:
        return "–"
    mean = difference(TARGET, test["difference"])
    if test["interval"] is None:
        return mean
    low, high = (difference(TARGET, end) for end in test["interval"])
    return f"{mean} ({low} to {high})"


def _p(test: dict[str, Any]) -> str:
    """The p that the verdict goes by."""
    return p_value(test["p"] if test["p_holm"] is None else test["p_holm"])


def criteria_table(study: StudyTables, known: list[str]) -> Table:
    """A row a criterion: the trial it picks, rank correlation with the oracle and regret."""
    rows = []
    for name in known:
        judged = verdicts(study, name)
        cells = [name, "–" if judged[0] is None else str(judged[0].picked)]
        rows.append(Row([*cells, *(cell for each in judged for cell in _judged(each))]))
    names = ["mean", *map(arrow, study.directions)]
    judgements = [f"{what}, {name}" for name in names for what in ("correlation", "regret")]
    headings = ["criterion", "picks trial", *judgements]
    caption = "Rank correlation with the oracle accuracy over trials, and regret in points."
    return Table(caption, headings, rows)


def _judged(verdict: Verdict | None) -> tuple[str, str]:
    if verdict is None:
        return "–", "–"
    correlation = "–" if isnan(verdict.correlation) else f"{verdict.correlation:+.2f}"
    return correlation, f"{100 * verdict.regret:.2f}"


def _percent(value: Any) -> str:
    return percent(None if value is None or pd.isna(value) else float(value))


def _number(value: Any) -> str:
    if value is None or pd.isna(value):
        return "–"
    return f"{value:.3g}" if isinstance(value, int | float) or hasattr(value, "dtype") else str(value)
