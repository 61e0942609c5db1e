"""Metrics of trials over their steps: the score with the rungs, and small figures of losses and other metrics."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from lstnet_search.analysis.figures.plot import (
    COLOURS,
    DASHED,
    DOTTED,
    DRAWN,
    GREY,
    INK,
    PAPER,
    RED,
    Plot,
    add_baseline,
    add_text,
    hover_format,
    make_plot,
    make_small_plot,
    metric_axis,
    rounded,
    styled,
)
from lstnet_search.analysis.labels import trial_name
from lstnet_search.results.folder.studies import StudyTables, thinned
from lstnet_search.results.formatting import shown
from lstnet_search.results.study.records import PAPER_TRIAL

MOST_COLOURED = len(COLOURS)
"""The most trials that get a colour of their own."""


def learning_curves(study: StudyTables, metric: str, top: int = 4) -> Plot:
    """The score of trials over their steps, with the rungs and the score without translation.

    Args:
        study: a study with at least one score.
        metric: the score.
        top: how many trials get a colour of their own, at most `MOST_COLOURED`.
    """
    ranking = study.ranking(metric)
    curves = _curves(study, metric, metric)
    figure = _curve_figure(study, curves, metric, metric, top)
    for rung in study.rungs:
        figure.add_vline(rung, line=DASHED)
        text = {"x": rung, "y": 0, "yref": "paper", "xanchor": "left", "yanchor": "bottom", "font": {"color": RED}}
        add_text(figure, f"rung {rung}", **text)
    add_baseline(figure, study, metric)
    styled(figure)
    figure.update_yaxes(metric_axis(metric))
    figure.update_xaxes(title="step", range=[0, study.steps * 1.02])
    caption = f"{min(len(ranking), len(curves))} of {len(study.trials)} trials"
    caption += ", the best and an even share of the others. " if len(ranking) > len(curves) else ". "
    rungs = "At each rung (red), two of three trials are stopped." if study.rungs else "This search has no rungs."
    return make_plot("score", f"{caption}{rungs}", figure, 460)


def metric_curves(study: StudyTables, column: str, metric: str, top: int = 4, chance: float | None = None) -> Plot:
    """One metric of the trials that `learning_curves` draws, in the same colours.

    Args:
        study: a study with at least one score.
        column: the metric to draw, which at least one report has.
        metric: the score, which decides the colours.
        top: how many trials get a colour of their own.
        chance: the value expected by chance, drawn as a dotted line.
    """
    figure = _curve_figure(study, _curves(study, column, metric), column, metric, top)
    if chance is not None:
        figure.add_hline(chance, line=DOTTED)
    styled(figure)
    figure.update_yaxes(metric_axis(column))
    figure.update_xaxes(range=[0, study.steps * 1.02])
    return make_small_plot(column, column.replace("_", " "), figure)


def _curves(study: StudyTables, column: str, metric: str) -> dict[int, pd.DataFrame]:
    """The reports that have a metric, by trial, for the trials that are drawn."""
    drawn = {*thinned(study.ranking(metric), DRAWN), PAPER_TRIAL}
    reports = study.history[study.history["trial"].isin(drawn)].dropna(subset=[column])
    return {int(rows["trial"].iloc[0]): rows for _, rows in reports.groupby("trial")}


def _curve_figure(study: StudyTables, curves: dict[int, pd.DataFrame], column: str, metric: str, top: int) -> go.Figure:
    """Curves of the best trials in colour, the paper's dashed, others grey; a cross where a trial was stopped early."""
    ranking = study.ranking(metric)
    coloured = dict(zip((trial for trial in ranking.index[:top] if trial != PAPER_TRIAL), COLOURS, strict=False))
    figure = go.Figure()
    others = [curve for trial, curve in curves.items() if trial not in coloured and trial != PAPER_TRIAL]
    if others:
        line = {"color": GREY, "width": 1}
        figure.add_scatter(**_one_trace(others, column), mode="lines", line=line, name="other trials")
    stopped = set(study.trials.loc[study.trials["state"] == "PRUNED", "trial"])
    ends = [curve.tail(1) for trial, curve in curves.items() if trial in stopped]
    if ends and column == metric:
        marker = {"symbol": "x-thin", "size": 6, "line": {"width": 1.3, "color": INK}}
        figure.add_scatter(**_one_trace(ends, column), mode="markers", marker=marker, name="stopped early")
    for trial, colour in [*reversed(coloured.items()), (PAPER_TRIAL, PAPER)]:
        if trial in curves:
            name = f"{trial_name(trial)}: {shown(metric, ranking.get(trial))}"
            line = {"color": colour, "width": 2.4, "dash": "dash" if trial == PAPER_TRIAL else "solid"}
            style = {"mode": "lines+markers", "line": line, "marker": {"size": 4}, "name": name}
            figure.add_scatter(**_one_trace([curves[trial]], column), **style)
    return figure


def _one_trace(curves: Iterable[pd.DataFrame], column: str) -> dict[str, Any]:
    """Curves as one trace with gaps."""
    x: list[Any] = []
    y: list[Any] = []
    text: list[Any] = []
    for curve in curves:
        x += [*curve["step"].tolist(), None]
        y += [*rounded(curve[column]), None]
        text += [*(trial_name(int(trial)) for trial in curve["trial"]), None]
    hover = f"%{{text}}<br>step %{{x}}: %{{y:{hover_format(column)}}}<extra></extra>"
    return {"x": x, "y": y, "text": text, "hovertemplate": hover}
