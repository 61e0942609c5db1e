"""Studies side by side: how their trials ended, their best, what of it is confirmed, what it took.

python analysis/compare.py results/NAME results/OTHER
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.table import Table

from lstnet_search.analysis.page.verdict import mean_shown
from lstnet_search.cli.options import FoldersArgument, console
from lstnet_search.results.confirmation.files import read_confirmation
from lstnet_search.results.export.figures import save_figure, without_maths
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import STATES, duration, shown
from lstnet_search.results.study.records import PAPER_TRIAL


def compare(
    folders: FoldersArgument,
    metric: Annotated[
        str | None, typer.Option(help="Metric to compare by; default: what the first search maximised.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="The picture; default: analysis/compare.png in the first results folder.")
    ] = None,
) -> None:
    """Compare studies by one metric."""
    studies = [StudyTables.read(folder) for folder in folders]
    metric = metric or studies[0].metric
    for study in studies:
        if study.without(metric):
            print(f"{study.name}: no report has {metric}")
    differences = _differences(studies)
    if differences:
        print(f"not comparable without care: the studies differ in {', '.join(differences)}")
    console().print(_table(studies, metric))
    output = output or folders[0] / "analysis" / "compare.png"
    save_figure(_draw(studies, metric), output)
    print(f"picture: {output}")


def _differences(studies: list[StudyTables]) -> list[str]:
    """What should be equal where scores are compared, and is not."""
    first, *others = studies
    asked: dict[str, Callable[[StudyTables], Any]] = {
        "data": lambda study: study.search.get("data_fingerprint"),
        "the metric maximised": lambda study: study.metric,
        "steps": lambda study: study.steps,
        "repeats": lambda study: study.search["search"].get("repeats", 1),
        "width": lambda study: study.search["search"]["trial"]["width"],
        "split_seed": lambda study: study.search["search"]["trial"]["split_seed"],
        "the direction searched": lambda study: study.search["search"]["direction"],
    }
    return [name for name, of in asked.items() if any(of(study) != of(first) for study in others)]


def _table(studies: list[StudyTables], metric: str) -> Table:
    """A column a study."""
    table = Table(title=f"by {metric}", title_justify="left")
    for heading in ("", *(study.name for study in studies)):
        table.add_column(heading, no_wrap=True)

    def row(name: str, *cells: str) -> None:
        table.add_row(name, *cells)

    rankings = [study.ranking(metric) for study in studies]
    row("trials asked for", *(str(study.search["search"]["trials"]) for study in studies))
    for state, word in STATES.items():
        row(word, *(str((study.trials["state"] == state).sum()) for study in studies))
    row("steps of a training", *(str(study.steps) for study in studies))
    row("training time of all trials", *(duration(study.trials["seconds"].sum()) for study in studies))
    row("best trial", *(str(ranking.index[0]) if len(ranking) else "–" for ranking in rankings))
    row("its score", *(shown(metric, ranking.iloc[0] if len(ranking) else None) for ranking in rankings))
    for direction in studies[0].directions:
        name = f"val_accuracy_{direction}"
        row(f"its {direction}", *(_at_best(study, metric, name) for study in studies))
    row("paper's weights", *(shown(metric, ranking.get(PAPER_TRIAL)) for ranking in rankings))
    row("median trial", *(shown(metric, ranking.median() if len(ranking) else None) for ranking in rankings))
    row("no translation", *(shown(metric, study.baseline.get(metric)) for study in studies))
    for name, cells in _confirmed(studies).items():
        row(name, *cells)
    return table


def _confirmed(studies: list[StudyTables]) -> dict[str, list[str]]:
    """Rows on the test sets, a cell a study; none where no study is confirmed."""
    found = [read_confirmation(study.folder) for study in studies]
    if not any(found):
        return {}
    rows: dict[str, list[str]] = {}
    for content in found:
        candidates = [] if content is None else content["candidates"]
        best = next((each for each in candidates if each["candidate"] == "best"), None)
        paper = next((each for each in candidates if each["trial"] == PAPER_TRIAL), None)
        verdict = best["against_paper"]["verdict"] if best and best["against_paper"] else "–"
        cells = {
            "confirmed trial": "not confirmed" if best is None else str(best["trial"]),
            "its test accuracy": "–" if best is None else mean_shown(best),
            "paper's weights, test": "–" if paper is None else mean_shown(paper),
            "beside the paper's": verdict,
        }
        for name, cell in cells.items():
            rows.setdefault(name, []).append(cell)
    return rows


def _at_best(study: StudyTables, metric: str, name: str) -> str:
    reports = study.best_reports(metric)
    if reports.empty or name not in reports:
        return "–"
    return shown(name, reports[name].loc[study.ranking(metric).index[0]])


def _draw(studies: list[StudyTables], metric: str) -> Figure:
    figure = Figure(figsize=(16, 5), layout="constrained")
    soon, budget, spread = figure.subplots(1, 3, width_ratios=(3, 3, 2))
    for index, study in enumerate(studies):
        _draw_best_so_far(soon, study, metric, f"C{index}")
        _draw_best_of_budget(budget, study, metric, f"C{index}")
    soon.set(xlabel="trials, in the order in which they began", ylabel=f"highest {metric} so far")
    soon.set_title("how soon the best was found (dashed: no translation)", fontsize="medium")
    soon.legend(loc="best")
    budget.set(xlabel="hours of training, of all trials up to one")
    budget.set_title("what it took", fontsize="medium")
    _draw_spread(spread, studies, metric)
    return figure


def _draw_best_so_far(axis: Axes, study: StudyTables, metric: str, colour: str) -> None:
    reports = study.best_reports(metric)
    if reports.empty:
        axis.plot([], [], color=colour, label=f"{without_maths(study.name)} (no report)")
        return
    axis.step(reports.index + 1, reports[metric].cummax(), where="post", color=colour, label=without_maths(study.name))
    if metric in study.baseline:
        axis.axhline(study.baseline[metric], color=colour, linestyle="--", linewidth=0.9)


def _draw_best_of_budget(axis: Axes, study: StudyTables, metric: str, colour: str) -> None:
    """The best so far against the training time of all trials so far; failed and stopped ones cost too."""
    best = study.ranking(metric).sort_index().cummax()
    hours = study.trials.set_index("trial")["seconds"].sort_index().cumsum() / 3600
    axis.step(hours.loc[best.index], best, where="post", color=colour)


def _draw_spread(axis: Axes, studies: list[StudyTables], metric: str) -> None:
    """A dot a trial and the median; dots lie beside each other at random, only to be seen."""
    generator = np.random.default_rng(0)
    for index, study in enumerate(studies):
        ranking = study.ranking(metric)
        places = index + generator.uniform(-0.25, 0.25, len(ranking))
        axis.scatter(places, ranking, s=14, alpha=min(1, max(0.05, 200 / max(1, len(ranking)))), linewidths=0)
        if len(ranking):
            axis.hlines(ranking.median(), index - 0.3, index + 0.3, color="black", linewidth=2)
    axis.set_xticks(range(len(studies)), [without_maths(study.name) for study in studies], rotation=20, ha="right")
    axis.set_xlim(-0.6, len(studies) - 0.4)
    axis.set_ylabel(metric)
    axis.set_title("all trials that did not fail, and their median", fontsize="medium")
