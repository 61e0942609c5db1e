"""Which weights matter and where good ones lie: importance, parallel coordinates, slices, pairs.

python analysis/landscape.py results/NAME

Weights are drawn as ratios to w3. Every trial that did not fail stands at its best report, those
that were stopped early too: they are the poor ones.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, cast

import matplotlib as mpl
import numpy as np
import optuna
import pandas as pd
import typer
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator
from optuna.distributions import BaseDistribution, FloatDistribution
from optuna.trial import create_trial

from lstnet_search.cli.options import FolderArgument
from lstnet_search.errors import InputError
from lstnet_search.results.analysis.weight_ratios import is_logarithmic, searched_settings
from lstnet_search.results.export.figures import save_figure, without_maths
from lstnet_search.results.folder.studies import StudyTables, thinned
from lstnet_search.results.study.records import PAPER_TRIAL

FEW = 20
"""Trials below which importances are mostly chance."""
DRAWN = 1000
"""Lines drawn at most among the parallel coordinates."""
PAIRED = 3
"""The most important settings, that pairs are drawn of."""
COLOURS = mpl.colormaps["viridis"]


def landscape(
    folder: FolderArgument,
    metric: Annotated[str | None, typer.Option(help="Score; default: what the search maximised.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="The picture; default: analysis/landscape.png in the results folder.")
    ] = None,
) -> None:
    """Draw how the score depends on what was searched."""
    study = StudyTables.read(folder)
    metric = metric or study.metric
    settings, scores = searched_and_scored(study, metric)
    if scores.empty or settings.empty:
        raise InputError(f"no trial of {folder} that did not fail has {metric}; wait for a report, or change --metric")
    importance = importances(settings, scores)
    if len(scores) < FEW:
        print(f"{study.name}: {len(scores)} trials with a score; importances of so few are mostly chance")
    for name, value in importance.items():
        print(f"{name:<14} {value:.2f}")
    output = output or folder / "analysis" / "landscape.png"
    save_figure(_draw(study, settings, scores, importance, metric), output)
    print(f"picture: {output}")


def searched_and_scored(study: StudyTables, metric: str) -> tuple[pd.DataFrame, "pd.Series[float]"]:
    """What trials searched and their scores, both by trial, best first; none without a report."""
    settings = searched_settings(study)
    scores = study.ranking(metric)
    scores = scores[scores.index.isin(settings.index)]
    return settings.loc[scores.index], scores


def importances(settings: pd.DataFrame, scores: "pd.Series[float]") -> dict[str, float]:
    """Importance of each setting for being among the best trials (PED-ANOVA, Watanabe et al. 2023), of sum 1.

    Args:
        settings: a row a trial; a column without variation is left out.
        scores: of the same trials.

    Returns:
        By setting, the most important first; empty where there is nothing to tell.
    """
    varied = settings.loc[:, settings.nunique() > 1]
    if varied.empty or scores.nunique() < 2:
        return {}
    ranges: dict[str, BaseDistribution] = {
        str(name): FloatDistribution(values.min(), values.max(), log=is_logarithmic(values))
        for name, values in varied.items()
    }
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize")
    study.add_trials(
        create_trial(params=dict(zip(ranges, row, strict=True)), distributions=ranges, value=score)
        for row, score in zip(varied.to_numpy().tolist(), scores, strict=True)
    )
    return optuna.importance.get_param_importances(study)


def _draw(
    study: StudyTables, settings: pd.DataFrame, scores: "pd.Series[float]", importance: dict[str, float], metric: str
) -> Figure:
    columns = 3
    rows = -(-settings.shape[1] // columns)
    names = list(importance)[:PAIRED]
    paired = [(across, up) for place, across in enumerate(names) for up in names[place + 1 :]]
    heights = [5, 3.4 * rows, *([4.2] if paired else [])]
    figure = Figure(figsize=(15, 0.2 + sum(heights)), layout="constrained")
    figure.suptitle(f"{without_maths(study.name)}: {metric} of {len(scores)} trials at their best reports")
    above, below, *last = cast(list[SubFigure], figure.subfigures(len(heights), 1, height_ratios=heights))
    bars, coordinates = above.subplots(1, 2, width_ratios=(1, 2.4))
    _draw_importance(bars, importance)
    norm = mpl.colors.Normalize(scores.min(), scores.max() if scores.nunique() > 1 else scores.min() + 1e-9)
    _draw_coordinates(coordinates, settings, scores, norm)
    above.colorbar(mpl.cm.ScalarMappable(norm, COLOURS), ax=coordinates, label=metric, pad=0.02)
    slices = below.subplots(rows, columns, sharey=True, squeeze=False)
    for index, axis in enumerate(slices.flat):
        if index >= settings.shape[1]:
            axis.set_visible(False)
            continue
        _draw_slice(axis, settings.iloc[:, index], scores)
        if index % columns == 0:
            axis.set_ylabel(metric)
    slices[0][0].legend(loc="best", fontsize="small")
    if paired:
        _draw_pairs(last[0], settings, scores, paired, norm)
    return figure


def _draw_pairs(
    figure: SubFigure,
    settings: pd.DataFrame,
    scores: "pd.Series[float]",
    paired: Sequence[tuple[str, str]],
    norm: mpl.colors.Normalize,
) -> None:
    """Trials over two settings at a time, coloured by their scores, the best ones on top."""
    figure.suptitle(f"pairs of the {PAIRED} most important, coloured by score", fontsize="medium")
    worst_first = settings.loc[thinned(scores, DRAWN)[::-1]]
    for axis, (across, up) in zip(figure.subplots(1, len(paired), squeeze=False).flat, paired, strict=True):
        colours = COLOURS(norm(scores.loc[worst_first.index]))
        axis.scatter(worst_first[across], worst_first[up], s=28, c=colours, linewidths=0)
        best = settings.iloc[0]
        axis.scatter(best[across], best[up], s=90, marker="*", color="tab:red", zorder=3)
        if PAPER_TRIAL in settings.index:
            paper = settings.loc[PAPER_TRIAL]
            axis.scatter(paper[across], paper[up], s=70, marker="D", facecolors="none", edgecolors="black", zorder=4)
        axis.set_xscale("log" if is_logarithmic(settings[across]) else "linear")
        axis.set_yscale("log" if is_logarithmic(settings[up]) else "linear")
        axis.set_xlabel(across)
        axis.set_ylabel(up)
        axis.grid(alpha=0.3)


def _draw_importance(axis: Axes, importance: dict[str, float]) -> None:
    axis.set_title("importance (PED-ANOVA)", fontsize="medium")
    if not importance:
        axis.text(0.5, 0.5, "too little variation to tell", ha="center", transform=axis.transAxes)
        return
    names = list(importance)[::-1]
    bars = axis.barh(names, [importance[name] for name in names])
    axis.bar_label(bars, fmt="%.2f", padding=3)
    axis.margins(x=0.15)
    axis.xaxis.set_major_locator(MaxNLocator(5))
    axis.set_xlabel("share of the whole")


def _draw_coordinates(
    axis: Axes, settings: pd.DataFrame, scores: "pd.Series[float]", norm: mpl.colors.Normalize
) -> None:
    """A line a trial through its settings, the best ones last; the paper's weights dashed."""
    axis.set_title("a line a trial, each axis from its lowest to its highest value", fontsize="medium")
    heights = settings.apply(positions)
    drawn = heights.loc[thinned(scores, DRAWN)[::-1]]
    lines = [np.column_stack((range(drawn.shape[1]), row)) for row in drawn.to_numpy()]
    alpha = min(0.9, max(0.15, 60 / len(lines)))
    axis.add_collection(
        LineCollection(lines, colors=COLOURS(norm(scores.loc[drawn.index])), alpha=alpha, linewidths=1.2)
    )
    axis.plot(heights.iloc[0], color="tab:red", linewidth=2, label=f"best: trial {heights.index[0]}")
    if PAPER_TRIAL in heights.index:
        axis.plot(heights.loc[PAPER_TRIAL], color="black", linewidth=2, linestyle="--", label="paper: trial 0")
    axis.set_ylim(-0.12, 1.12)
    axis.set_yticks([])
    for place, (_, values) in enumerate(settings.items()):
        axis.axvline(place, color="grey", linewidth=0.8, zorder=0)
        axis.annotate(f"{values.max():.3g}", (place, 1.03), ha="center", va="bottom", fontsize="small")
        axis.annotate(f"{values.min():.3g}", (place, -0.03), ha="center", va="top", fontsize="small")
    axis.set_xticks(range(settings.shape[1]), list(settings.columns))
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.07), ncols=2, frameon=False)


def positions(values: "pd.Series[float]") -> "pd.Series[float]":
    """Where values stand between the lowest, 0, and the highest, 1; one half where all are equal."""
    scaled = pd.Series(np.log(values)) if is_logarithmic(values) else values
    width = scaled.max() - scaled.min()
    return (scaled - scaled.min()) / width if width > 0 else scaled * 0 + 0.5


def _draw_slice(axis: Axes, values: "pd.Series[float]", scores: "pd.Series[float]") -> None:
    """The score against one setting."""
    alpha = min(0.8, max(0.1, 300 / len(values)))
    axis.scatter(values, scores, s=16, alpha=alpha, linewidths=0, color="tab:blue")
    axis.scatter(values.iloc[0], scores.iloc[0], s=70, marker="*", color="tab:red", label="best", zorder=3)
    if PAPER_TRIAL in values.index:
        paper = values.loc[PAPER_TRIAL], scores.loc[PAPER_TRIAL]
        axis.scatter(*paper, s=45, marker="D", color="black", label="paper", zorder=3)
    if is_logarithmic(values):
        axis.set_xscale("log")
    axis.set_xlabel(str(values.name))
    axis.grid(alpha=0.3)
