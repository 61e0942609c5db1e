"""Tables: trials, failed trials, the confirmation, label-free criteria; and a table of a page for the terminal."""

from math import isnan
from typing import Any, cast

import pandas as pd
from rich.table import Table as TerminalTable

from lstnet_search.analysis.labels import arrow, mean_shown
from lstnet_search.analysis.page.parts import Row, Table
from lstnet_search.config import METHODS
from lstnet_search.config.metrics import TARGET, accuracy_name, read_name, tested_name
from lstnet_search.config.readers import measured_readers
from lstnet_search.results.analysis.regret import CriterionScore, judge
from lstnet_search.results.confirmation.record import ConfirmationRecord
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import STATES, difference_with_interval, p_value, percent, shown
from lstnet_search.results.study.configurations import Configuration
from lstnet_search.results.study.ranking import with_last_weights
from lstnet_search.results.study.records import PAPER_TRIAL, SCHEDULE

TOP = 10
"""The most trials in the table, besides the one with the paper's weights."""
ERRORS = 20
"""The most failed trials whose errors are listed."""


def trials_table(study: StudyTables) -> Table:
    """The best trials at their best reports, the paper's weights, and no translation."""
    metric = study.metric
    accuracies = [accuracy_name(each) for each in study.directions if accuracy_name(each) != metric]
    ranking, reports = study.ranked(metric), study.best_reports(metric)
    trials = with_last_weights(study.trials).set_index("trial")
    weights = METHODS[study.search.trial.method].weight_names
    searched = study.search.space.ranges
    others = [name for name in searched if name not in weights and f"config/{name}" in study.trials]

    several = any(each.seeds > 1 for each in ranking.configurations)

    def row(rank: int, configuration: Configuration) -> Row:
        trial = configuration.shown_trial
        report, settings = (cast("pd.Series[Any]", table.loc[trial]) for table in (reports, trials))
        of_seeds = reports.reindex(configuration.judged_trials)
        cells = [f"{rank}.", str(trial), shown(metric, configuration.expected)]
        cells += [str(configuration.seeds)] * several
        cells += [_percent(of_seeds[name].mean() if name in of_seeds else None) for name in accuracies]
        cells += [f"{int(report['step'])}", STATES[settings["state"]]]
        cells += [_number(settings.get(f"config/{name}")) for name in (*weights, *others)]
        return Row(cells, "paper" if trial == PAPER_TRIAL else "best" if rank == 1 else "")

    ranked = ranking.configurations
    rows = [
        row(rank, each) for rank, each in enumerate(ranked, start=1) if rank <= TOP or each.shown_trial == PAPER_TRIAL
    ]
    measured = [_percent(study.baseline.get(name)) for name in accuracies]
    cells = ["", "no translation", shown(metric, study.baseline.get(metric)), *[""] * several, *measured]
    blank = [""] * (2 + len(weights) + len(others))
    rows.append(Row([*cells, *blank], "baseline"))
    directions = [arrow(name.removeprefix(accuracy_name(""))) for name in accuracies]
    score = "target" if metric == TARGET else metric
    headings = ["", "trial", score, *["seeds"] * several, *directions, "at step", "how it ended", *weights, *others]
    caption = (
        f"Validation scores at each trial's best report; the {min(TOP, len(ranked))} best of {len(ranked)} "
        f"{'configurations' if several else 'trials'} that did not fail. Trial 0 has the {study.search.reference}."
    )
    if several:
        caption += (
            " With several seeds, the score is what another seed is likely to reach, and accuracies are means over the "
            "seeds that it rests on."
        )
    if f"config/{SCHEDULE}" in study.trials:
        caption += " Weights that changed during a training are those at its best report."
    return Table(caption, headings, rows, words=2)


def errors_table(study: StudyTables) -> Table | None:
    """The trials that failed, and why; None if no trial failed."""
    failed = study.trials[study.trials["state"] == "FAIL"]
    if failed.empty:
        return None
    rows = [
        Row([str(trial), str(steps), str(error)])
        for trial, steps, error in failed[["trial", "steps", "error"]].head(ERRORS).itertuples(index=False)
    ]
    caption = f"Failed: {len(failed)} of {len(study.trials)} trials"
    caption += f"; the first {ERRORS} are listed." if len(failed) > ERRORS else "."
    return Table(caption, ["trial", "at step", "error"], rows, words=3, wraps=True)


def confirmation_table(study: StudyTables, confirmation: ConfirmationRecord) -> Table:
    """One row per candidate: test accuracies, the difference from the paper's weights, p and the verdict."""
    accuracies = [tested_name(direction) for direction in study.directions]
    rows = []
    for each in confirmation.candidates:
        name, trial, test = each.candidate, each.trial, each.against_paper
        mark = "paper" if trial == PAPER_TRIAL else {"best": "best", "no translation": "baseline"}.get(name, "")
        trained = each.trainings - each.failed
        tested = ["", "", ""]
        if test is not None:
            p = test.p if test.p_holm is None else test.p_holm
            tested = [difference_with_interval(TARGET, test.difference, test.interval), p_value(p), test.verdict]
        cells = [
            f"{name}, the paper's" if mark == "paper" and name == "best" else name,
            "" if trial is None else str(trial),
            mean_shown(each),
            *tested,
            *(mean_shown(each, accuracy) for accuracy in accuracies),
            "" if trial is None else f"{trained} of {each.trainings}" if each.failed else str(trained),
        ]
        rows.append(Row(cells, mark))
    tests = ["to the paper's, points", "p", "verdict"]
    headings = ["", "trial", "target", *tests, *map(arrow, study.directions), "seeds"]
    caption = (
        f"Test accuracy after {confirmation.steps} steps by reader {confirmation.reader}: mean ± half of the 95 % "
        "interval. Differences are taken seed by seed, with their 95 % interval and the p of a paired t-test. The p of "
        "candidates other than the best is corrected for their number (Holm)."
    )
    return Table(caption, headings, rows)


def readers_table(study: StudyTables, confirmation: ConfirmationRecord) -> Table | None:
    """One row per candidate and reader, with test accuracies; None if images were labelled in one way only."""
    readers = measured_readers(confirmation.best.metrics)
    if not readers:
        return None
    metrics = [TARGET, *map(tested_name, study.directions)]
    rows = [
        Row([each.candidate, reader, *(mean_shown(each, read_name(reader, metric)) for metric in metrics)])
        for each in confirmation.candidates
        for reader in readers
    ]
    caption = (
        "Test accuracy by each reader. translated: images are translated, and the other domain's classifier labels "
        "them, as in the paper. adapted: a classifier that learned from translated images labels images as they are. "
        "both: the mean of their probabilities."
    )
    return Table(caption, ["", "reader", "target", *map(arrow, study.directions)], rows, words=2)


def criteria_table(study: StudyTables, criteria: list[str]) -> Table:
    """One row per criterion: the trial that it picks, its rank correlation with the oracle and its regret."""
    rows = []
    for name in criteria:
        pairs = [(name, TARGET), *((f"{name}_{each}", accuracy_name(each)) for each in study.directions)]
        verdicts = [judge(study, *pair) for pair in pairs]
        picked = "–" if verdicts[0] is None else str(verdicts[0].picked)
        rows.append(Row([name, picked, *(cell for each in verdicts for cell in _score_cells(each))]))
    names = ["mean", *map(arrow, study.directions)]
    headings = [
        "criterion",
        "picks trial",
        *(f"{what}, {name}" for name in names for what in ("correlation", "regret")),
    ]
    caption = "Rank correlation with the oracle accuracy over trials, and regret in points."
    return Table(caption, headings, rows)


def _score_cells(verdict: CriterionScore | None) -> tuple[str, str]:
    """Rank correlation and regret in points, as cells."""
    if verdict is None:
        return "–", "–"
    correlation = "–" if isnan(verdict.correlation) else f"{verdict.correlation:+.2f}"
    return correlation, f"{100 * verdict.regret:.2f}"


def for_terminal(table: Table, title: str) -> TerminalTable:
    """A page's table in the form that the terminal prints."""
    printed = TerminalTable(title=title, title_justify="left")
    for index, heading in enumerate(table.headings):
        printed.add_column(heading, justify="left" if index < table.words else "right")
    for row in table.rows:
        printed.add_row(*row.cells)
    return printed


def _percent(value: Any) -> str:
    return percent(None if value is None or pd.isna(value) else float(value))


def _number(value: Any) -> str:
    if value is None or pd.isna(value):
        return "–"
    return f"{value:.3g}" if isinstance(value, int | float) or hasattr(value, "dtype") else str(value)
