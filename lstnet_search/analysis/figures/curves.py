"""Metrics of trials over their steps: the score with the rungs, and small figures of losses and other metrics.

Trials with equal settings and different seeds are one line, their mean, in a band from the lowest to the highest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from lstnet_search.analysis.figures.axis import MetricAxis, hover_format, rounded
from lstnet_search.analysis.figures.plot import (
    DOTTED,
    DRAWN,
    RULE,
    Plot,
    add_baseline,
    add_text,
    make_plot,
    make_small_plot,
    styled,
)
from lstnet_search.analysis.labels import trial_name
from lstnet_search.results.folder.search_record import RecordedSearch
from lstnet_search.results.folder.studies import StudyTables, thinned
from lstnet_search.results.formatting import shown
from lstnet_search.results.palette import INK, PUBLISHED, SERIES, SOFT, STOPPED, translucent
from lstnet_search.results.study.configurations import Configuration
from lstnet_search.results.study.records import PAPER_TRIAL

MOST_COLOURED = len(SERIES)
"""The most trials that get a colour of their own."""


def learning_curves(study: StudyTables, metric: str, top: int = 4) -> Plot:
    """The score of trials over their steps, with the rungs and the score without translation.

    Args:
        study: a study with at least one score.
        metric: the score.
        top: how many trials get a colour of their own, at most `MOST_COLOURED`.
    """
    curves = _curves(study, metric, metric)
    figure, axis = _curve_figure(study, curves, metric, metric, top)
    for rung in study.rungs:
        figure.add_vline(rung, line=RULE)
        text = {"x": rung, "y": 0, "yref": "paper", "xanchor": "left", "yanchor": "bottom", "font": {"color": SOFT}}
        add_text(figure, f"rung {rung}", **text)
    add_baseline(figure, study, axis)
    styled(figure)
    figure.update_yaxes(axis.layout())
    figure.update_xaxes(title="step", range=[0, study.steps * 1.02])
    return make_plot("score", _caption(study, metric, curves), figure, 460)


def _caption(study: StudyTables, metric: str, curves: "list[_Curve]") -> str:
    ranked = len(study.ranking(metric))
    caption = f"{len(curves)} of {ranked} configurations"
    caption += ", the best and an even share of the others. " if ranked > len(curves) else ". "
    if any(curve.seeds > 1 for curve in curves):
        caption += "Seeds of a configuration are one line, their mean; the band is from the lowest to the highest. "
    rungs = "At each rung (dashed), two of three trials are stopped." if study.rungs else "This search has no rungs."
    return caption + rungs


def metric_curves(study: StudyTables, column: str, metric: str, top: int = 4, chance: float | None = None) -> Plot:
    """One metric of the trials that `learning_curves` draws, in the same colours.

    Args:
        study: a study with at least one score.
        column: the metric to draw, which at least one report has.
        metric: the score, which decides the colours.
        top: how many trials get a colour of their own.
        chance: the value expected by chance, drawn as a dotted line.
    """
    figure, axis = _curve_figure(study, _curves(study, column, metric), column, metric, top)
    if chance is not None:
        figure.add_hline(*axis.drawn([chance]), line=DOTTED)
    styled(figure)
    figure.update_yaxes(axis.layout())
    figure.update_xaxes(range=[0, study.steps * 1.02])
    return make_small_plot(column, column.replace("_", " "), figure)


@dataclass(frozen=True)
class _Curve:
    """A metric of a configuration over its steps.

    Attributes:
        trial: the number that names the configuration.
        name: its name in words.
        seeds: how many of its trainings are drawn as this line.
        values: columns `mean`, `min` and `max` over the seeds, indexed by step.
        stopped: whether the training that is drawn was stopped early.
    """

    trial: int
    name: str
    seeds: int
    values: pd.DataFrame
    stopped: bool


def _curves(study: StudyTables, column: str, metric: str) -> list[_Curve]:
    """The configurations that are drawn, as far as their reports have the column; the best first."""
    drawn = {*thinned(study.ranking(metric), DRAWN), PAPER_TRIAL}
    chosen = [each for each in study.ranked(metric).configurations if each.shown_trial in drawn]
    shown_trials = {trial: each.shown_trial for each in chosen for trial in each.judged_trials}
    reports = study.history[study.history["trial"].isin(shown_trials)].dropna(subset=[column])
    keys = [reports["trial"].map(shown_trials), reports["step"]]
    values = reports.groupby(keys)[column].agg(["mean", "min", "max"])
    known = {*values.index.get_level_values(0)}
    return [
        _curve(study.search, each, values.loc[[each.shown_trial]].droplevel(0))
        for each in chosen
        if each.shown_trial in known
    ]


def _curve(search: RecordedSearch, configuration: Configuration, values: pd.DataFrame) -> _Curve:
    trial, trials = configuration.shown_trial, configuration.judged_trials
    stopped = any(each.trial == trials[0] and each.state == "PRUNED" for each in configuration.trainings)
    name = trial_name(search, trial) + (f", {len(trials)} seeds" if len(trials) > 1 else "")
    return _Curve(trial, name, len(trials), values, stopped)


def _curve_figure(
    study: StudyTables, curves: list[_Curve], column: str, metric: str, top: int
) -> tuple[go.Figure, MetricAxis]:
    """The best configurations in colour, trial 0 dashed, others grey; a cross where a trial was stopped early."""
    ranking = study.ranking(metric)
    values = [value for curve in curves for value in (curve.values["min"].min(), curve.values["max"].max())]
    if column == metric and metric in study.baseline:
        values.append(study.baseline[metric])
    axis = MetricAxis.over(column, values)
    colours = dict(zip((trial for trial in ranking.index[:top] if trial != PAPER_TRIAL), SERIES, strict=False))
    colours[PAPER_TRIAL] = PUBLISHED
    figure = go.Figure()
    others = [curve for curve in curves if curve.trial not in colours]
    if others:
        line = {"color": STOPPED, "width": 1}
        figure.add_scatter(**_one_trace(others, axis), mode="lines", line=line, name="other trials")
    ends = [curve for curve in curves if curve.stopped]
    if ends and column == metric:
        marker = {"symbol": "x-thin", "size": 6, "line": {"width": 1.3, "color": INK}}
        trace = _one_trace(ends, axis, last=True)
        figure.add_scatter(**trace, mode="markers", marker=marker, name="stopped early")
    for curve in sorted((each for each in curves if each.trial in colours), key=lambda each: ranking[each.trial]):
        colour = colours[curve.trial]
        if curve.seeds > 1:
            figure.add_scatter(**_band(curve, axis), fillcolor=translucent(colour))
        line = {"color": colour, "width": 2.4, "dash": "dash" if curve.trial == PAPER_TRIAL else "solid"}
        style = {"mode": "lines+markers", "line": line, "marker": {"size": 4}}
        name = f"{curve.name}: {shown(metric, ranking[curve.trial])}"
        figure.add_scatter(**_one_trace([curve], axis), **style, name=name)
    return figure, axis


def _band(curve: _Curve, axis: MetricAxis) -> dict[str, Any]:
    """The area between a configuration's lowest and highest seed."""
    steps = curve.values.index.tolist()
    heights = axis.drawn(curve.values["max"]) + axis.drawn(curve.values["min"])[::-1]
    shape = {"mode": "lines", "line": {"width": 0}, "fill": "toself"}
    return shape | {"x": steps + steps[::-1], "y": heights, "showlegend": False, "hoverinfo": "skip"}


def _one_trace(curves: Iterable[_Curve], axis: MetricAxis, last: bool = False) -> dict[str, Any]:
    """Curves, or only their last points, as one trace with gaps."""
    trace: dict[str, list[Any]] = {"x": [], "y": [], "customdata": [], "text": []}
    for curve in curves:
        values = curve.values["mean"].tail(1) if last else curve.values["mean"]
        trace["x"] += [*values.index.tolist(), None]
        trace["y"] += [*axis.drawn(values), None]
        trace["customdata"] += [*rounded(values), None]
        trace["text"] += [*[curve.name] * len(values), None]
    hover = f"%{{text}}<br>step %{{x}}: %{{customdata:{hover_format(axis.metric)}}}<extra></extra>"
    return trace | {"hovertemplate": hover}
