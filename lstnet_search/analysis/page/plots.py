"""Figures that Plotly draws: learning curves, landscape, criteria, confirmation.

All are made of SVG traces: they need no WebGL, and print sharp. Lines of many trials are one trace with gaps,
for a trace of its own each would be slow.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import plotly.graph_objects as go

from lstnet_search.analysis.landscape import positions
from lstnet_search.analysis.page.parts import Plot
from lstnet_search.analysis.page.words import arrow, trial_name
from lstnet_search.config.metrics import TARGET, accuracy_name
from lstnet_search.results.analysis.regret import judge
from lstnet_search.results.analysis.weight_ratios import is_logarithmic
from lstnet_search.results.folder.studies import StudyTables, thinned
from lstnet_search.results.formatting import is_share, shown
from lstnet_search.results.study.records import PAPER_TRIAL

DRAWN = 250
"""Trials drawn at most in a figure."""
COLOURED = 4
"""Trials with a colour of their own among learning curves."""
COLOURS = ("#0b63ce", "#d1690e", "#16845b", "#8a4fbe")
PAPER, GREY, RED, INK = "#111827", "#b6bfcc", "#c0272d", "#3b4657"
SCALE = mpl.colormaps["viridis"].reversed()
SHADES = 12
"""Colours of lines of parallel coordinates: a trace each."""


def learning_curves(study: StudyTables) -> Plot:
    """The score of trials over their steps, with the rungs and what no translation reaches."""
    metric, ranking = study.metric, study.ranking(study.metric)
    coloured = dict(zip((trial for trial in ranking.index[:COLOURED] if trial != PAPER_TRIAL), COLOURS, strict=False))
    drawn = {*thinned(ranking, DRAWN), PAPER_TRIAL}
    known = study.history[study.history["trial"].isin(drawn)].dropna(subset=[metric])
    curves = {int(rows["trial"].iloc[0]): rows for _, rows in known.groupby("trial")}
    figure = go.Figure()
    others = [curve for trial, curve in curves.items() if trial not in coloured and trial != PAPER_TRIAL]
    if others:
        figure.add_scatter(
            **_joined(others, metric), mode="lines", line={"color": GREY, "width": 1}, name="other trials"
        )
    stopped = study.trials.loc[study.trials["state"] == "PRUNED", "trial"]
    ends = known[known["trial"].isin(stopped)].groupby("trial").tail(1)
    if len(ends):
        marker = {"symbol": "x-thin", "size": 6, "line": {"width": 1.3, "color": INK}}
        figure.add_scatter(**_joined([ends], metric), mode="markers", marker=marker, name="stopped early")
    for trial, colour in [*reversed(coloured.items()), (PAPER_TRIAL, PAPER)]:
        if trial in curves:
            dash = "dash" if trial == PAPER_TRIAL else "solid"
            name = f"{trial_name(trial)}: {shown(metric, ranking.get(trial))}"
            line = {"color": colour, "width": 2.4, "dash": dash}
            figure.add_scatter(
                **_joined([curves[trial]], metric), mode="lines+markers", line=line, marker={"size": 4}, name=name
            )
    for rung in study.rungs:
        figure.add_vline(rung, line={"color": RED, "width": 1, "dash": "dash"})
        figure.add_annotation(
            x=rung,
            y=0,
            yref="paper",
            text=f"rung {rung}",
            showarrow=False,
            xanchor="left",
            yanchor="bottom",
            font={"color": RED},
            bgcolor="rgba(255,255,255,0.75)",
        )
    _add_baseline(figure, study, metric)
    _style(figure, metric, "y", _axis_title(metric))
    figure.update_xaxes(title="step", automargin=True, range=[0, study.steps * 1.02])
    caption = f"{min(len(ranking), len(curves))} of {len(study.trials)} trials"
    caption += ", the best and an even share of the others. " if len(ranking) > len(curves) else ". "
    rungs = "At each rung (red) two of three trials are stopped." if study.rungs else "This search has no rungs."
    return Plot("curves", f"{caption}{rungs}", _plain(figure), 460)


def _joined(curves: Iterable[pd.DataFrame], metric: str) -> dict[str, Any]:
    """Curves as one trace with gaps."""
    x: list[Any] = []
    y: list[Any] = []
    text: list[Any] = []
    for curve in curves:
        x += [*curve["step"].tolist(), None]
        y += [*_rounded(curve[metric]), None]
        text += [*(trial_name(int(trial)) for trial in curve["trial"]), None]
    form = ".2%" if is_share(metric) else ".4g"
    return {"x": x, "y": y, "text": text, "hovertemplate": f"%{{text}}<br>step %{{x}}: %{{y:{form}}}<extra></extra>"}


def both_directions(study: StudyTables) -> Plot | None:
    """Each trial's accuracy one way against the other; None where only one can be measured."""
    names = [accuracy_name(direction) for direction in study.directions]
    if study.without(*names):
        return None
    reports = study.best_reports(study.metric).loc[thinned(study.ranking(study.metric), DRAWN)].dropna(subset=names)
    figure = _points(study, reports, names[0], names[1])
    for name, draw in zip(names, (figure.add_vline, figure.add_hline), strict=True):
        if name in study.baseline:
            draw(study.baseline[name], line={"color": INK, "width": 1, "dash": "dot"})
    for axis, name in zip("xy", names, strict=True):
        _style(figure, name, axis, arrow(name.removeprefix("val_accuracy_")))
    caption = "Accuracy both ways, a point a trial at its best report; dotted: no translation."
    return Plot("directions", caption, _plain(figure), 420)


def importance_bars(importance: dict[str, float]) -> Plot:
    """Importance of each setting, of sum 1."""
    names = list(importance)[::-1]
    values = [importance[name] for name in names]
    figure = go.Figure(
        go.Bar(
            x=values,
            y=[escape(name) for name in names],
            orientation="h",
            marker={"color": COLOURS[0]},
            text=[f"{value:.2f}" for value in values],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    _style(figure, "", "x", "share of the whole")
    figure.update_xaxes(range=[0, max(values) * 1.12])
    figure.update_yaxes(automargin=True, showgrid=False)
    figure.update_layout(margin={"r": 36})
    caption = "Importance for being among the best trials (PED-ANOVA, Watanabe et al. 2023)."
    return Plot("importance", caption, _plain(figure), 90 + 32 * len(names))


def parallel_coordinates(study: StudyTables, settings: pd.DataFrame, scores: "pd.Series[float]", metric: str) -> Plot:
    """A line a trial through its settings, coloured by score."""
    heights = settings.apply(positions)
    drawn = thinned(scores, DRAWN)[::-1]
    low, high = float(scores.min()), float(scores.max())
    width = high - low or 1.0
    shades: dict[int, list[int]] = {}
    for trial in drawn:
        shades.setdefault(round((SHADES - 1) * (float(scores[trial]) - low) / width), []).append(trial)
    figure = go.Figure()
    texts = {trial: _described(trial, settings, scores, metric) for trial in drawn}
    for shade, trials in sorted(shades.items()):
        line = {"color": _colour(shade / (SHADES - 1)), "width": 1.3}
        figure.add_scatter(**_lines(heights, trials, texts), mode="lines", line=line, opacity=0.75, showlegend=False)
    best = int(scores.index[0])
    line = {"color": RED, "width": 3}
    figure.add_scatter(
        **_lines(heights, [best], texts), mode="lines+markers", line=line, name=f"best: {trial_name(best)}"
    )
    if PAPER_TRIAL in heights.index and best != PAPER_TRIAL:
        texts[PAPER_TRIAL] = _described(PAPER_TRIAL, settings, scores, metric)
        line = {"color": PAPER, "width": 3, "dash": "dash"}
        figure.add_scatter(
            **_lines(heights, [PAPER_TRIAL], texts), mode="lines+markers", line=line, name="paper's weights"
        )
    for place, (_, values) in enumerate(settings.items()):
        figure.add_vline(place, line={"color": "#8c96a5", "width": 1}, layer="below")
        for value, height, anchor in ((values.max(), 1.02, "bottom"), (values.min(), -0.02, "top")):
            figure.add_annotation(x=place, y=height, text=f"{value:.3g}", showarrow=False, yanchor=anchor)
    scale = [[step / 10, _colour(step / 10)] for step in range(11)]
    bar = {"orientation": "h", "y": -0.12, "yanchor": "top", "thickness": 10, "len": 0.9, "outlinewidth": 0}
    bar |= {"tickformat": ".0%" if is_share(metric) else "", "title": {"text": _axis_title(metric), "side": "top"}}
    marker = {"color": [low, high], "colorscale": scale, "colorbar": bar, "size": 0.1, "opacity": 0}
    figure.add_scatter(x=[0, 0], y=[0, 0], mode="markers", marker=marker, showlegend=False, hoverinfo="skip")
    _style(figure, "", "y", "")
    figure.update_yaxes(visible=False, range=[-0.12, 1.12])
    ticks = list(range(settings.shape[1]))
    labels = [escape(str(name)) for name in settings.columns]
    figure.update_xaxes(tickvals=ticks, ticktext=labels, showgrid=False, range=[-0.4, len(ticks) - 0.6], ticks="")
    figure.update_layout(legend={"yref": "paper", "y": 1.05, "yanchor": "bottom"}, margin={"l": 8, "t": 36, "b": 110})
    caption = "A line a trial, each axis from its lowest to its highest value (logarithmic over more than a decade)."
    if len(drawn) < len(scores):
        caption += f" {len(drawn)} of {len(scores)} trials: the best and an even share of the others."
    return Plot("coordinates", caption, _plain(figure), 480)


def _colour(share: float) -> str:
    return mpl.colors.to_hex(SCALE(share))


def _lines(heights: pd.DataFrame, trials: Sequence[int], texts: dict[int, str]) -> dict[str, Any]:
    count = heights.shape[1]
    y = [value for trial in trials for value in (*_rounded(heights.loc[trial]), None)]
    text = [value for trial in trials for value in (*[texts[trial]] * count, None)]
    x = [*range(count), None] * len(trials)
    return {"x": x, "y": y, "text": text, "hovertemplate": "%{text}<extra></extra>"}


def _described(trial: int, settings: pd.DataFrame, scores: "pd.Series[float]", metric: str) -> str:
    values = settings.loc[trial].items()
    return "<br>".join(
        [
            f"{trial_name(trial)}: {shown(metric, float(scores[trial]))}",
            *(f"{escape(str(name))} {value:.3g}" for name, value in values),
        ]
    )


def slices(study: StudyTables, settings: pd.DataFrame, scores: "pd.Series[float]", metric: str) -> list[Plot]:
    """The score against each setting."""
    drawn = thinned(scores, DRAWN)
    plots = []
    for place, (name, values) in enumerate(settings.items()):
        points = pd.DataFrame({str(name): values, metric: scores}).loc[drawn]
        figure = _points(study, points, str(name), metric)
        _style(figure, "", "x", escape(str(name)))
        _style(figure, metric, "y", "")
        if is_logarithmic(values):
            figure.update_xaxes(type="log", dtick=1)
        _small(figure)
        plots.append(Plot(f"slice-{place}", f"{name}", _plain(figure), 240))
    return plots


def criteria_points(study: StudyTables, known: Sequence[str]) -> list[Plot]:
    """Each trial's oracle score against each criterion, with the trial that it picks."""
    plots = []
    for name in known:
        verdict = judge(study, name, TARGET)
        if verdict is None:
            continue
        reports = study.best_reports(name).dropna(subset=[TARGET])
        drawn = [*dict.fromkeys([*thinned(reports[TARGET].sort_values(ascending=False), DRAWN), verdict.picked])]
        figure = _points(study, reports.loc[drawn], name, TARGET, best=False)
        picked = reports.loc[verdict.picked]
        ring = {"color": "rgba(0,0,0,0)", "size": 15, "line": {"color": RED, "width": 2}}
        figure.add_scatter(
            x=[picked[name]], y=[picked[TARGET]], mode="markers", marker=ring, hoverinfo="skip", showlegend=False
        )
        _style(figure, name, "x", escape(name))
        _style(figure, TARGET, "y", "")
        _small(figure)
        plots.append(Plot(f"criterion-{name}", name, _plain(figure), 240))
    return plots


def confirmed_means(study: StudyTables, confirmation: dict[str, Any], table: pd.DataFrame) -> Plot:
    """Test accuracy of each candidate: its mean and 95 % interval, a small dot a seed."""
    candidates = [each for each in confirmation["candidates"] if each["metrics"][TARGET]["mean"] is not None][::-1]
    figure = go.Figure()
    for place, each in enumerate(candidates):
        seeds = table.loc[table["candidate"].astype(str) == each["candidate"], TARGET].dropna()
        dots = {"color": GREY, "size": 7, "opacity": 0.9}
        figure.add_scatter(
            x=_rounded(seeds),
            y=[place + 0.18] * len(seeds),
            mode="markers",
            marker=dots,
            hoverinfo="x",
            showlegend=False,
        )
        found = each["metrics"][TARGET]
        half = 0.0 if found["interval"] is None else (found["interval"][1] - found["interval"][0]) / 2
        colour = PAPER if each["trial"] == PAPER_TRIAL else RED if each["candidate"] == "best" else COLOURS[0]
        figure.add_scatter(
            x=[found["mean"]],
            y=[place],
            mode="markers",
            marker={"color": colour, "size": 10},
            error_x={"type": "data", "array": [half], "thickness": 2, "width": 6, "color": colour},
            hovertemplate=f"%{{x:.2%}} ± {100 * half:.2f} points<extra></extra>",
            showlegend=False,
        )
    _style(figure, TARGET, "x", f"{_axis_title(TARGET)}, test sets")
    figure.update_xaxes(tickformat=".1%", nticks=6)
    names = [_candidate_name(each) for each in candidates]
    figure.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=names,
        range=[-0.6, len(names) - 0.4],
        automargin=True,
        showgrid=False,
    )
    caption = "Mean and 95 % interval of each candidate; grey: its trainings, a dot a seed."
    return Plot("confirmed", caption, _plain(figure), 110 + 46 * len(names))


def _candidate_name(each: dict[str, Any]) -> str:
    name = escape(str(each["candidate"]))
    return name if each["trial"] is None else f"{name} (trial {each['trial']})"


def _points(study: StudyTables, points: pd.DataFrame, across: str, upward: str, best: bool = True) -> go.Figure:
    """A point a trial, by trial; those stopped early are pale, the first is a star, the paper's a diamond."""
    stopped = points.index.isin(study.trials.loc[study.trials["state"] == "PRUNED", "trial"])
    figure = go.Figure()

    def add(rows: pd.DataFrame, name: str, marker: dict[str, Any]) -> None:
        if rows.empty:
            return
        forms = [".2%" if is_share(column) else ".3g" for column in (across, upward)]
        figure.add_scatter(
            x=_rounded(rows[across]),
            y=_rounded(rows[upward]),
            mode="markers",
            marker=marker,
            name=name,
            text=[trial_name(int(trial)) for trial in rows.index],
            hovertemplate=f"%{{text}}<br>%{{x:{forms[0]}}}, %{{y:{forms[1]}}}<extra></extra>",
        )

    add(points[stopped], "stopped early", {"color": GREY, "size": 7})
    add(points[~stopped], "other trials", {"color": COLOURS[0], "size": 7, "opacity": 0.8})
    add(points[points.index == PAPER_TRIAL], "paper's weights", {"color": PAPER, "size": 9, "symbol": "diamond"})
    if best:
        add(points.head(1), "best", {"color": RED, "size": 13, "symbol": "star"})
    return figure


def _axis_title(metric: str) -> str:
    return escape(metric.replace("_", " "))


def _add_baseline(figure: go.Figure, study: StudyTables, metric: str) -> None:
    if metric not in study.baseline:
        return
    value = study.baseline[metric]
    figure.add_hline(value, line={"color": INK, "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=0,
        xref="paper",
        y=value,
        text=f"no translation {shown(metric, value)}",
        showarrow=False,
        xanchor="left",
        yanchor="bottom",
        bgcolor="rgba(255,255,255,0.75)",
    )


def _style(figure: go.Figure, metric: str, axis: str, title: str) -> None:
    """The look that all share, and one axis' title and numbers."""
    form = ".0%" if is_share(metric) else None
    line = {"gridcolor": "#e4e8ee", "zeroline": False, "linecolor": "#8c96a5", "ticks": "outside", "ticklen": 4}
    figure.update_xaxes(**line)
    figure.update_yaxes(**line)
    figure.update_layout({f"{axis}axis": {"title": {"text": title}, "tickformat": form, "automargin": True}})
    figure.update_layout(
        template="none",
        font={"family": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif", "size": 13},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="#ffffff",
        hovermode="closest",
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0},
        margin={"l": 56, "r": 12, "t": 12, "b": 48},
    )


def _small(figure: go.Figure) -> None:
    figure.update_layout(showlegend=False, font={"size": 12}, margin={"l": 44, "r": 8, "t": 8, "b": 40})


def _rounded(values: Any) -> list[float]:
    """Five digits, which is more than can be seen: the page stays small."""
    return [float(f"{value:.5g}") for value in np.asarray(values, dtype=float)]


def _plain(figure: go.Figure) -> dict[str, Any]:
    """Data and layout as JSON has them, without the template's defaults."""
    content = figure.to_plotly_json()
    content["layout"].pop("template", None)
    return {"data": content["data"], "layout": content["layout"]}
