"""How the score depends on the searched settings: importances, parallel coordinates, slices, pairs."""

from collections.abc import Sequence
from html import escape
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from lstnet_search.analysis.figures.plot import (
    COLOURS,
    DRAWN,
    PAPER,
    RED,
    Plot,
    axis_title,
    make_plot,
    make_small_plot,
    metric_axis,
    rounded,
    styled,
    tick_format,
)
from lstnet_search.analysis.figures.trials import points
from lstnet_search.analysis.labels import trial_name
from lstnet_search.results.analysis.weight_ratios import is_logarithmic
from lstnet_search.results.folder.studies import StudyTables, thinned
from lstnet_search.results.formatting import shown
from lstnet_search.results.study.records import PAPER_TRIAL

SCALE = "Viridis_r"
"""Colours of scores, from light for the lowest to dark for the highest."""
SHADES = 12
"""Colours of the lines of parallel coordinates; each colour is one trace."""
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
        marker={"color": COLOURS[0]},
        text=[f"{value:.2f}" for value in values],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure = styled(go.Figure(bars))
    figure.update_xaxes(title="share of the total importance", range=[0, max(values) * 1.12])
    figure.update_yaxes(showgrid=False)
    figure.update_layout(margin={"r": 36})
    caption = "Importance for being among the best trials (PED-ANOVA, Watanabe et al. 2023)."
    return make_plot("importance", caption, figure, 90 + 32 * len(names))


def parallel_coordinates(settings: pd.DataFrame, scores: "pd.Series[float]", metric: str) -> Plot:
    """One line per trial through its settings, coloured by its score.

    Args:
        settings: one row per trial, the best trial first.
        scores: the scores of the same trials.
        metric: the score.
    """
    heights = settings.apply(positions)
    drawn = thinned(scores, DRAWN)[::-1]
    low, high = float(scores.min()), float(scores.max())
    by_shade: dict[int, list[int]] = {}
    for trial in drawn:
        shade = round((SHADES - 1) * (float(scores[trial]) - low) / (high - low or 1.0))
        by_shade.setdefault(shade, []).append(trial)
    best = int(scores.index[0])
    texts = {trial: _hover_text(trial, settings, scores, metric) for trial in drawn}
    figure = go.Figure()
    colours = sample_colorscale(SCALE, SHADES)
    for shade, trials in sorted(by_shade.items()):
        line = {"color": colours[shade], "width": 1.3}
        figure.add_scatter(**_trace(heights, trials, texts), mode="lines", line=line, opacity=0.75, showlegend=False)
    marked = [(best, f"best: {trial_name(best)}", {"color": RED, "width": 3})]
    if PAPER_TRIAL in heights.index and best != PAPER_TRIAL:
        texts[PAPER_TRIAL] = _hover_text(PAPER_TRIAL, settings, scores, metric)
        marked.append((PAPER_TRIAL, "paper's weights", {"color": PAPER, "width": 3, "dash": "dash"}))
    for trial, name, line in marked:
        figure.add_scatter(**_trace(heights, [trial], texts), mode="lines+markers", line=line, name=name)
    for index, (_, values) in enumerate(settings.items()):
        figure.add_vline(index, line={"color": "#8c96a5", "width": 1}, layer="below")
        for value, height, anchor in ((values.max(), 1.02, "bottom"), (values.min(), -0.02, "top")):
            figure.add_annotation(x=index, y=height, text=f"{value:.3g}", showarrow=False, yanchor=anchor)
    title = {"text": axis_title(metric), "side": "top"}
    bar = {"orientation": "h", "y": -0.12, "yanchor": "top", "thickness": 10, "len": 0.9, "outlinewidth": 0}
    bar |= {"tickformat": tick_format(metric), "title": title}
    marker = {"color": [low, high], "colorscale": SCALE, "colorbar": bar, "size": 0.1, "opacity": 0}
    figure.add_scatter(x=[0, 0], y=[0, 0], mode="markers", marker=marker, showlegend=False, hoverinfo="skip")
    styled(figure)
    figure.update_yaxes(visible=False, range=[-0.12, 1.12])
    ticks = list(range(settings.shape[1]))
    labels = [escape(str(name)) for name in settings.columns]
    figure.update_xaxes(tickvals=ticks, ticktext=labels, showgrid=False, range=[-0.4, len(ticks) - 0.6], ticks="")
    figure.update_layout(legend={"yref": "paper", "y": 1.05, "yanchor": "bottom"}, margin={"l": 8, "t": 36, "b": 110})
    caption = (
        "One line per trial. Each axis runs from its lowest to its highest value, on a log scale if that is more than "
        "a decade."
    )
    if len(drawn) < len(scores):
        caption += f" {len(drawn)} of {len(scores)} trials: the best and an even share of the others."
    return make_plot("coordinates", caption, figure, 480)


def positions(values: "pd.Series[float]") -> "pd.Series[float]":
    """Scale values to heights from 0 (the lowest) to 1 (the highest); 0.5 if all are equal."""
    scaled = pd.Series(np.log(values)) if is_logarithmic(values) else values
    width = scaled.max() - scaled.min()
    return (scaled - scaled.min()) / width if width > 0 else scaled * 0 + 0.5


def _trace(heights: pd.DataFrame, trials: Sequence[int], texts: dict[int, str]) -> dict[str, Any]:
    """Lines of some trials as one trace with gaps."""
    count = heights.shape[1]
    y = [value for trial in trials for value in (*rounded(np.asarray(heights.loc[trial])), None)]
    text = [value for trial in trials for value in (*[texts[trial]] * count, None)]
    x = [*range(count), None] * len(trials)
    return {"x": x, "y": y, "text": text, "hovertemplate": "%{text}<extra></extra>"}


def _hover_text(trial: int, settings: pd.DataFrame, scores: "pd.Series[float]", metric: str) -> str:
    """A trial's score and settings, one per line."""
    lines = [f"{trial_name(trial)}: {shown(metric, float(scores[trial]))}"]
    lines += [f"{escape(str(name))} {value:.3g}" for name, value in settings.loc[trial].items()]
    return "<br>".join(lines)


def slices(study: StudyTables, settings: pd.DataFrame, scores: "pd.Series[float]", metric: str) -> list[Plot]:
    """The score against each setting; see `parallel_coordinates` for the arguments."""
    drawn = thinned(scores, DRAWN)
    plots = []
    for index, (name, values) in enumerate(settings.items()):
        rows = pd.DataFrame({str(name): values, metric: scores}).loc[drawn]
        figure = styled(points(study, rows, str(name), metric))
        figure.update_xaxes(_setting_axis(values))
        figure.update_yaxes(metric_axis(metric, ""))
        plots.append(make_small_plot(f"slice-{index}", str(name), figure))
    return plots


def pairs(settings: pd.DataFrame, scores: "pd.Series[float]", names: Sequence[str], metric: str) -> list[Plot]:
    """Trials over two settings at a time, coloured by score, with the best trials on top.

    Args:
        settings: one row per trial, the best trial first.
        scores: the scores of the same trials.
        names: settings, the most important first; the first `PAIRED` are drawn.
        metric: the score.
    """
    drawn = thinned(scores, DRAWN)[::-1]
    marker = {"size": 7, "color": rounded(scores.loc[drawn]), "colorscale": SCALE}
    marked = [(settings.index[:1], {"color": RED, "size": 14, "symbol": "star"})]
    marked.append((settings.index[settings.index == PAPER_TRIAL], {"color": PAPER, "size": 8, "symbol": "diamond"}))
    plots = []
    for index, (across, upward) in enumerate(combinations(names[:PAIRED], 2)):
        figure = go.Figure()
        for trials, style in ((pd.Index(drawn), marker), *marked):
            figure.add_scatter(
                x=rounded(settings.loc[trials, across]),
                y=rounded(settings.loc[trials, upward]),
                mode="markers",
                marker=style,
                text=[f"{trial_name(trial)}: {shown(metric, scores[trial])}" for trial in map(int, trials)],
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
