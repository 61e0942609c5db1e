"""Studies side by side: how their trials ended, their best trials, confirmations and training time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lstnet_search.analysis.figures.comparison import best_so_far, spread
from lstnet_search.analysis.labels import arrow, mean_shown
from lstnet_search.analysis.page.parts import Part, Plots, Row, Section, Table, Text
from lstnet_search.analysis.page.render import page_file, write_page
from lstnet_search.analysis.page.side_by_side import verdict_sections
from lstnet_search.analysis.page.tables import for_terminal
from lstnet_search.config.metrics import accuracy_name
from lstnet_search.io.console import console
from lstnet_search.results.confirmation.files import read_confirmation
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import STATES, duration, shown
from lstnet_search.results.study.records import PAPER_TRIAL

_SHOULD_BE_EQUAL: dict[str, Callable[[StudyTables], Any]] = {
    "data": lambda study: study.record.data_fingerprint,
    "classifiers": lambda study: study.record.classifiers or None,
    "the metric maximised": lambda study: study.metric,
    "steps": lambda study: study.steps,
    "repeats": lambda study: study.search.repeats,
    "width": lambda study: study.search.trial.width,
    "split_seed": lambda study: study.search.trial.split_seed,
    "the direction searched": lambda study: study.search.direction,
}
"""What scores depend on besides the searched settings, by name; the value is None if a study does not record it."""


def compare(folders: list[Path], metric: str | None = None, output: Path | None = None) -> None:
    """Compare studies by one metric, on the terminal and as a page.

    Args:
        folders: results folders, at least one.
        metric: the metric to compare by; None for the one that the first search maximised.
        output: the HTML file; None for `analysis/compare.html` in the first folder.
    """
    file = page_file(output, folders[0] / "analysis" / "compare.html")
    studies = [StudyTables.read(folder) for folder in folders]
    metric = metric or studies[0].metric
    remarks = _remarks(studies, metric)
    print(*remarks, sep="\n", end="\n" if remarks else "")
    console().print(for_terminal(_table(studies, metric), f"by {metric}"))
    write_comparison(file, studies, metric)


def write_comparison(file: Path, studies: list[StudyTables], metric: str) -> None:
    """Write the page of `compare`: what each study shows, and all of them in one table and in figures."""
    figures = [best_so_far(studies, metric, by_hours) for by_hours in (False, True)] + [spread(studies, metric)]
    parts: list[Part] = [*map(Text, _remarks(studies, metric)), _table(studies, metric), Plots(figures)]
    sections = [*verdict_sections(studies, metric), Section("compare", "Comparison", parts)]
    write_page(file, ", ".join(study.name for study in studies), f"Studies by {metric}", sections)


def _remarks(studies: list[StudyTables], metric: str) -> list[str]:
    """What makes the studies hard to compare."""
    remarks = [f"{study.name}: no report has {metric}" for study in studies if study.without(metric)]
    if differing := _differences(studies):
        remarks.append(f"Compare with care: the studies differ in {', '.join(differing)}.")
    return remarks


def _differences(studies: list[StudyTables]) -> list[str]:
    """What should be the same in all studies to compare their scores, but differs."""
    differing = []
    for name, value_of in _SHOULD_BE_EQUAL.items():
        known = [value for study in studies if (value := value_of(study)) is not None]
        if any(value != known[0] for value in known):
            differing.append(name)
    return differing


def _table(studies: list[StudyTables], metric: str) -> Table:
    """One column per study."""
    rankings = [study.ranking(metric) for study in studies]
    references = {study.search.reference for study in studies}
    reference = references.pop() if len(references) == 1 else "trial 0"
    rows = [("trials to run", [str(study.search.trials) for study in studies])]
    rows += [
        (word, [str((study.trials["state"] == state).sum()) for study in studies]) for state, word in STATES.items()
    ]
    rows += [
        ("steps of a training", [str(study.steps) for study in studies]),
        ("training time of all trials", [duration(study.trials["seconds"].sum()) for study in studies]),
        ("best trial", [str(ranking.index[0]) if len(ranking) else "–" for ranking in rankings]),
        ("its score", [shown(metric, ranking.iloc[0] if len(ranking) else None) for ranking in rankings]),
    ]
    for direction in studies[0].directions:
        rows.append(
            (f"its {arrow(direction)}", [_at_best(study, metric, accuracy_name(direction)) for study in studies])
        )
    rows += [
        (reference, [shown(metric, ranking.get(PAPER_TRIAL)) for ranking in rankings]),
        ("median trial", [shown(metric, ranking.median() if len(ranking) else None) for ranking in rankings]),
        ("no translation", [shown(metric, study.baseline.get(metric)) for study in studies]),
        *_confirmed(studies).items(),
    ]
    headings = ["", *(study.name for study in studies)]
    return Table(
        f"By {metric}, validation scores at each trial's best report.", headings, [Row([a, *b]) for a, b in rows]
    )


def _confirmed(studies: list[StudyTables]) -> dict[str, list[str]]:
    """Rows on the test sets, one cell per study; no rows if no study is confirmed."""
    confirmations = [read_confirmation(study.folder) for study in studies]
    if not any(confirmations):
        return {}
    rows: dict[str, list[str]] = {}
    for content in confirmations:
        best, paper = (content.best, content.paper) if content else (None, None)
        test = best.against_paper if best else None
        cells = {
            "confirmed trial": "not confirmed" if best is None else str(best.trial),
            "its test accuracy": "–" if best is None else mean_shown(best),
            "paper's weights, test": "–" if paper is None else mean_shown(paper),
            "against the paper's": test.verdict if test else "–",
        }
        for name, cell in cells.items():
            rows.setdefault(name, []).append(cell)
    return rows


def _at_best(study: StudyTables, metric: str, name: str) -> str:
    """The value of the metric `name` at the best report of the best trial by `metric`."""
    reports = study.best_reports(metric)
    if reports.empty or name not in reports:
        return "–"
    return shown(name, reports[name].loc[study.ranking(metric).index[0]])
