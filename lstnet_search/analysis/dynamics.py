"""How trainings went: scores with the rungs at which trials are stopped, losses, discriminators, latents.

python analysis/dynamics.py results/NAME
"""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.typing import HashableList

from lstnet_search.cli.options import FolderArgument
from lstnet_search.errors import InputError
from lstnet_search.results.export.figures import save_figure, without_maths
from lstnet_search.results.folder.studies import StudyTables, thinned
from lstnet_search.results.formatting import shown
from lstnet_search.results.study.records import PAPER_TRIAL

LOSSES = tuple(f"loss_{name}" for name in ("an1", "an2", "anl", "cc1", "cc2", "cc3", "cc4"))
SHARES = (*(f"discriminator_accuracy_{name}" for name in "12l"), "latent_probe")
SCORE, LEGEND = "score", "legend"
LAYOUT: list[HashableList[str]] = [[SCORE, SCORE, SCORE, LEGEND], [*LOSSES[:3], "."], [*LOSSES[3:]], [*SHARES]]
DRAWN = 300
"""Trials drawn at most."""


def dynamics(
    folder: FolderArgument,
    metric: Annotated[str | None, typer.Option(help="Score to draw; default: what the search maximised.")] = None,
    top: Annotated[int, typer.Option(min=1, max=8, help="Trials drawn in colour.")] = 4,
    output: Annotated[
        Path | None, typer.Option(help="The picture; default: analysis/dynamics.png in the results folder.")
    ] = None,
) -> None:
    """Draw the curves of a study's trials."""
    study = StudyTables.read(folder)
    metric = metric or study.metric
    missing = study.without(metric, *LOSSES, *SHARES)
    if study.ranking(metric).empty:
        raise InputError(f"no trial of {folder} that did not fail has {metric}; wait for a report, or change --metric")
    if missing:
        print(f"{study.name}: not in its reports: {', '.join(missing)}")
    output = output or folder / "analysis" / "dynamics.png"
    save_figure(_draw(study, metric, top), output)
    print(f"picture: {output}")


def _draw(study: StudyTables, metric: str, top: int) -> Figure:
    figure = Figure(figsize=(16, 12), layout="constrained")
    axes = figure.subplot_mosaic(LAYOUT, height_ratios=(1.7, 1, 1, 1))
    ranking = study.ranking(metric)
    colours = _colours(ranking, top)
    chosen = {*thinned(ranking, DRAWN), *colours}
    drawn = study.history[study.history["trial"].isin(chosen)]
    figure.suptitle(f"{without_maths(study.name)}: {min(len(ranking), len(chosen))} of {len(study.trials)} trials")
    for name, axis in axes.items():
        if name != LEGEND:
            _draw_curves(axis, drawn, metric if name == SCORE else name, colours)
            axis.set_xlim(0, study.steps)
            axis.set_xlabel("step")
    for name in SHARES:
        axes[name].set_ylim(0, 1.03)
        axes[name].axhline(0.5, color="grey", linewidth=0.8, linestyle=":")  # cannot be told apart
    axes[SCORE].set_ylabel(metric)
    _draw_rungs(axes[SCORE], study, metric)
    _draw_legend(axes[LEGEND], colours, metric, ranking)
    return figure


def _colours(ranking: "pd.Series[float]", top: int) -> dict[int, str]:
    """Colour by trial, best first: the best trials, and black for the paper's weights."""
    best = [int(trial) for trial in ranking.index[:top].tolist()]
    colours = {trial: f"C{place}" for place, trial in enumerate(best)}
    return colours | {PAPER_TRIAL: "black"}


def _draw_curves(axis: Axes, history: pd.DataFrame, column: str, colours: dict[int, str]) -> None:
    """All curves in grey, those of some trials in colour above them."""
    axis.set_title(column, fontsize="medium")
    known = history[["step", "trial", column]].dropna() if column in history else history.head(0)
    if known.empty:
        axis.text(0.5, 0.5, "not in the reports of this study", ha="center", va="center", transform=axis.transAxes)
        axis.set_yticks([])
        return
    curves = {trial: rows[["step", column]].to_numpy() for trial, rows in known.groupby("trial")}
    others = [curve for trial, curve in curves.items() if trial not in colours]
    axis.add_collection(LineCollection(others, colors="silver", linewidths=0.7, alpha=0.7))
    for trial, colour in reversed(colours.items()):
        if trial in curves:
            axis.plot(*curves[trial].T, color=colour, linewidth=1.8, marker="o", markersize=2.5)
    axis.autoscale_view()


def _draw_rungs(axis: Axes, study: StudyTables, metric: str) -> None:
    """Where trials are stopped, and what plain resizing reaches."""
    for rung in study.rungs:
        axis.axvline(rung, color="tab:red", linewidth=0.9, linestyle="--")
        axis.annotate(
            f"rung at {rung}",
            (rung, 0),
            (3, 4),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            color="tab:red",
            fontsize="small",
        )
    if metric in study.baseline:
        axis.axhline(study.baseline[metric], color="black", linewidth=0.9, linestyle=":")
        axis.annotate(
            "no translation",
            (0, study.baseline[metric]),
            (4, -4),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="top",
            fontsize="small",
        )


def _draw_legend(axis: Axes, colours: dict[int, str], metric: str, ranking: "pd.Series[float]") -> None:
    axis.axis("off")
    for trial, colour in colours.items():
        paper = " (paper)" if trial == PAPER_TRIAL else ""
        axis.plot([], [], color=colour, linewidth=2, label=f"trial {trial}{paper}: {shown(metric, ranking.get(trial))}")
    axis.plot([], [], color="silver", label="other trials")
    axis.legend(loc="center left", frameon=False, title=f"highest {metric}")
