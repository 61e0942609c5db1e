"""How far each label-free criterion can be trusted: its rank correlation with the oracle, and its regret.

python analysis/criteria.py results/NAME [results/OTHER]

The regret is what a user without labels loses: the oracle accuracy of the best trial less that of
the trial which the criterion picks.
"""

from math import isnan
from pathlib import Path
from typing import Annotated

import typer
from matplotlib.figure import Figure
from rich.table import Table

from lstnet_search.cli.options import FoldersArgument, console
from lstnet_search.config.metrics import CRITERIA, TARGET, accuracy_name
from lstnet_search.results.analysis.regret import Verdict, judge
from lstnet_search.results.export.figures import save_figure, without_maths
from lstnet_search.results.folder.studies import StudyTables


def criteria(
    folders: FoldersArgument,
    output: Annotated[
        Path | None, typer.Option(help="Folder of the pictures; default: analysis/ in each results folder.")
    ] = None,
) -> None:
    """Compare label-free criteria with the oracle score, a study at a time."""
    out = console()
    for folder in folders:
        study = StudyTables.read(folder)
        if study.without(TARGET):
            print(f"{study.name}: no report has {TARGET}, so there is nothing to judge criteria by")
            continue
        missing = study.without(*CRITERIA)
        if missing:
            print(f"{study.name}: not in its reports: {', '.join(missing)}")
        known = [name for name in CRITERIA if name not in missing]
        if not known:
            continue
        out.print(_table(study, known))
        picture = (output or folder / "analysis") / f"criteria-{study.name}.png"
        save_figure(_draw(study, known), picture)
        print(f"picture: {picture}")


def _table(study: StudyTables, known: list[str]) -> Table:
    table = Table(title=f"{study.name}: rank correlation with the oracle, regret in points", title_justify="left")
    for heading in ("criterion", "picks trial", "both", *study.directions):
        table.add_column(heading, no_wrap=True)
    for name in known:
        mean, *each = verdicts(study, name)
        table.add_row(name, "–" if mean is None else str(mean.picked), *map(_cell, [mean, *each]))
    return table


def verdicts(study: StudyTables, name: str) -> list[Verdict | None]:
    """What a criterion is worth: over both directions, and in each."""
    each = [judge(study, f"{name}_{direction}", accuracy_name(direction)) for direction in study.directions]
    return [judge(study, name, TARGET), *each]


def _cell(verdict: Verdict | None) -> str:
    if verdict is None:
        return "–"
    correlation = "  –  " if isnan(verdict.correlation) else f"{verdict.correlation:+.2f}"
    return f"{correlation}  {100 * verdict.regret:5.2f}"


def _draw(study: StudyTables, known: list[str]) -> Figure:
    """A panel a criterion: each trial's value against its oracle score, the picked trial in red."""
    figure = Figure(figsize=(14, 7), layout="constrained")
    figure.suptitle(f"{without_maths(study.name)}: each trial at the report where the criterion is highest")
    axes = iter(figure.subplots(2, 4, sharey=True).flat)
    for name in known:
        axis = next(axes)
        reports = study.best_reports(name).dropna(subset=[TARGET])
        verdict = judge(study, name, TARGET)
        assert verdict is not None
        axis.scatter(reports[name], reports[TARGET], s=18, alpha=min(1, 300 / len(reports)), linewidths=0)
        axis.scatter(*reports.loc[verdict.picked, [name, TARGET]], s=70, color="none", edgecolor="tab:red", linewidth=2)
        axis.axhline(study.ranking(TARGET).iloc[0], color="grey", linewidth=0.8, linestyle="--")
        correlation = "undefined" if isnan(verdict.correlation) else f"{verdict.correlation:+.2f}"
        axis.set_title(f"rank correlation {correlation}, regret {100 * verdict.regret:.2f} points", fontsize="small")
        axis.set_xlabel(name)
    for axis in axes:  # panels that are left
        axis.set_visible(False)
    figure.supylabel("target accuracy (oracle)")
    figure.legend(
        handles=[
            figure.axes[0].scatter([], [], color="none", edgecolor="tab:red", linewidth=2, label="picked"),
            figure.axes[0].plot([], [], color="grey", linestyle="--", label="best trial")[0],
        ],
        loc="outside lower right",
        ncols=2,
    )
    return figure
