"""How the score depends on the searched settings: importances, parallel coordinates, slices, pairs."""

from collections.abc import Sequence
from html import escape
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from lstnet_search.analysis.figures.axis import MetricAxis, rounded
from lstnet_search.analysis.figures.marks import marks
from lstnet_search.analysis.figures.plot import DRAWN, Plot, add_text, make_plot, make_small_plot, styled
from lstnet_search.analysis.figures.trials import points
from lstnet_search.analysis.labels import trial_name
from lstnet_search.results.analysis.weight_ratios import is_logarithmic
from lstnet_search.results.folder.studies import StudyTables, thinned
from lstnet_search.results.formatting import shown
from lstnet_search.results.palette import OTHER, SCORES, SOFT

SCALE = [[place / (len(SCORES) - 1), colour] for place, colour in enumerate(SCORES)]
"""Colours of scores as Plotly takes them."""
PAIRED = 3
"""How many of the most important settings are drawn in pairs."""


def importance_bars(importance: dict[str, float]) -> Plot:
    """The importance of each setting; their sum is 1."""
    names = list(importance)[::-1]
    values = [importance[name] for name in names]
    bars = go.Bar(
        x=values,
        y=[escape(name) for name in names],
        orientation="h",
        marker={"color": OTHER},
        text=[f"{100 * value:.0f} %" for value in values],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure = styled(go.Figure(bars))
    figure.update_xaxes(title="share of the total importance", tickformat=".0%", range=[0, max(values) * 1.12])
    figure.update_yaxes(showgrid=False)
    figure.update_layout(margin={"r": 36})
    caption = "Importance for being among the best trials (PED-ANOVA, Watanabe et al. 2023)."
    return make_plot("importance", caption, figure, 90 + 32 * len(names))


def parallel_coordinates(study: StudyTables, settings: pd.DataFrame, scores: "pd.Series[float]", metric: str) -> Plot:
    """One line per trial through its settings to its score, which decides the colour.

    Args:
        study: the study with the trials.
        settings: one row per trial, the best trial first.
        scores: the scores of the same trials.
        metric: the score.
    """
    upward = MetricAxis.over(metric, scores)
    heights = settings.apply(positions).assign(**{metric: _heights(pd.Series(upward.drawn(scores), scores.index))})
    drawn = thinned(scores, DRAWN)[::-1]
    by_shade: dict[int, list[int]] = {}
    for trial in drawn:
        by_shade.setdefault(round((len(SCORES) - 1) * heights[metric].loc[trial]), []).append(trial)
    marked = marks(study.search, heights.index, int(scores.index[0]))
    texts = {
        trial: _hover_text(study, trial, settings, scores, metric)
        for trial in {*drawn, *(each.trial for each in marked)}
    }
    figure = go.Figure()
    for shade, trials in sorted(by_shade.items()):
        line = {"color": SCORES[shade], "width": 1.3}
        figure.add_scatter(**_trace(heights, trials, texts), mode="lines", line=line, showlegend=False)
    for mark in marked:
        line = mark.line | {"width": 3}
        figure.add_scatter(**_trace(heights, [mark.trial], texts), mode="lines+markers", line=line, name=mark.name)
    ends = {str(name): (f"{values.min():.3g}", f"{values.max():.3g}") for name, values in settings.items()}
    ends[metric] = shown(metric, float(scores.min())), shown(metric, float(scores.max()))
    for index, name in enumerate(heights):
        last = index == len(ends) - 1
        figure.add_vline(index, line={"color": SOFT, "width": 2 if last else 1}, layer="below")
        for text, height, anchor in zip(ends[str(name)], (-0.02, 1.02), ("top", "bottom"), strict=True):
            add_text(figure, text, x=index, y=height, yanchor=anchor)
    styled(figure)
    figure.update_yaxes(visible=False, range=[-0.12, 1.12])
    ticks = list(range(heights.shape[1]))
    labels = [*(escape(str(name)) for name in settings.columns), "<b>score</b>"]
    figure.update_xaxes(
        tickvals=ticks, ticktext=labels, showgrid=False, range=[-0.4, len(ticks) - 0.6], ticks="", tickangle=0
    )
    figure.update_layout(legend={"yref": "paper", "y": 1.05, "yanchor": "bottom"}, margin={"l": 8, "t": 36, "b": 40})
    caption = (
        "One line per configuration, from its settings to its score on the right, the bluer the higher. Each axis runs "
        "from its lowest to its highest value, that of a setting on a log scale if that is more than a decade."
    )
    if len(drawn) < len(scores):
        caption += f" {len(drawn)} of {len(scores)}: the best and an even share of the others."
    return make_plot("coordinates", caption, figure, 480)


def positions(values: "pd.Series[float]") -> "pd.Series[float]":
    """The heights of a setting's values, on a log scale if they are positive and span more than a decade."""
    return _heights(pd.Series(np.log(values)) if is_logarithmic(values) else values)


def _heights(scaled: "pd.Series[float]") -> "pd.Series[float]":
    """Heights from 0 (the lowest) to 1 (the highest); 0.5 if all are equal."""
    width = scaled.max() - scaled.min()
    return (scaled - scaled.min()) / width if width > 0 else scaled * 0 + 0.5


def _trace(heights: pd.DataFrame, trials: Sequence[int], texts: dict[int, str]) -> dict[str, Any]:
    """Lines of some trials as one trace with gaps."""
    count = heights.shape[1]
    y = [value for trial in trials for value in (*rounded(np.asarray(heights.loc[trial])), None)]
    text = [value for trial in trials for value in (*[texts[trial]] * count, None)]
    x = [*range(count), None] * len(trials)
    return {"x": x, "y": y, "text": text, "hovertemplate": "%{text}<extra></extra>"}


def _hover_text(study: StudyTables, trial: int, settings: pd.DataFrame, scores: "pd.Series[float]", metric: str) -> str:
    """A trial's score and settings, one per line."""
    lines = [f"{trial_name(study.search, trial)}: {shown(metric, float(scores[trial]))}"]
    lines += [f"{escape(str(name))} {value:.3g}" for name, value in settings.loc[trial].items()]
    return "<br>".join(lines)


def slices(study: StudyTables, settings: pd.DataFrame, scores: "pd.Series[float]", metric: str) -> list[Plot]:
    """The score against each setting; see `parallel_coordinates` for the arguments."""
    drawn = thinned(scores, DRAWN)
    upward = MetricAxis.over(metric, scores)
    plots = []
    for index, (name, values) in enumerate(settings.items()):
        rows = pd.DataFrame({str(name): values, metric: scores}).loc[drawn]
        figure = styled(points(study, rows, MetricAxis.over(str(name), values), upward))
        figure.update_xaxes(_setting_axis(values))
        figure.update_yaxes(upward.layout(""))
        plots.append(make_small_plot(f"slice-{index}", str(name), figure))
    return plots


def pairs(
    study: StudyTables, settings: pd.DataFrame, scores: "pd.Series[float]", names: Sequence[str], metric: str
) -> list[Plot]:
    """Trials over two settings at a time, coloured by score, with the best trials on top.

    Args:
        study: the study with the trials.
        settings: one row per trial, the best trial first.
        scores: the scores of the same trials.
        names: settings, the most important first; the first `PAIRED` are drawn.
        metric: the score.
    """
    drawn = thinned(scores, DRAWN)[::-1]
    shades = MetricAxis.over(metric, scores).drawn(scores.loc[drawn])
    marker = {"size": 7, "color": shades, "colorscale": SCALE, "line": {"width": 0.5, "color": SOFT}}
    marked = [
        (pd.Index([mark.trial]), mark.marker) for mark in marks(study.search, settings.index, int(settings.index[0]))
    ]
    plots = []
    for index, (across, upward) in enumerate(combinations(names[:PAIRED], 2)):
        figure = go.Figure()
        for trials, style in ((pd.Index(drawn), marker), *marked):
            figure.add_scatter(
                x=rounded(settings.loc[trials, across]),
                y=rounded(settings.loc[trials, upward]),
                mode="markers",
                marker=style,
                text=[
                    f"{trial_name(study.search, trial)}: {shown(metric, scores[trial])}" for trial in map(int, trials)
                ],
                hovertemplate="%{text}<br>%{x:.4g}, %{y:.4g}<extra></extra>",
            )
        styled(figure)
        figure.update_xaxes(_setting_axis(settings[across]))
        figure.update_yaxes(_setting_axis(settings[upward]))
        plots.append(make_small_plot(f"pair-{index}", f"{across} and {upward}", figure))
    return plots


def _setting_axis(values: "pd.Series[float]") -> dict[str, Any]:
    axis: dict[str, Any] = {"title": {"text": escape(str(values.name))}}
    return axis | {"type": "log", "dtick": 1} if is_logarithmic(values) else axis
