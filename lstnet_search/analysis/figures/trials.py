"""Trials as points: both directions, a setting or criterion against the score; confirmed means."""

from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from lstnet_search.analysis.figures.plot import (
    COLOURS,
    DOTTED,
    DRAWN,
    GREY,
    PAPER,
    RED,
    Plot,
    axis_title,
    hover_format,
    make_plot,
    make_small_plot,
    metric_axis,
    rounded,
    styled,
)
from lstnet_search.analysis.labels import arrow, trial_name
from lstnet_search.config.metrics import TARGET, accuracy_name
from lstnet_search.results.analysis.regret import judge
from lstnet_search.results.confirmation.record import ConfirmationRecord, RecordedCandidate
from lstnet_search.results.folder.studies import StudyTables, thinned
from lstnet_search.results.study.records import PAPER_TRIAL


def both_directions(study: StudyTables) -> Plot | None:
    """Each trial's accuracy in one direction against the other, or None if only one can be measured."""
    names = [accuracy_name(direction) for direction in study.directions]
    if study.without(*names):
        return None
    reports = study.best_reports(study.metric).loc[thinned(study.ranking(study.metric), DRAWN)].dropna(subset=names)
    figure = styled(points(study, reports, names[0], names[1]))
    for name, draw in zip(names, (figure.add_vline, figure.add_hline), strict=True):
        if name in study.baseline:
            draw(study.baseline[name], line=DOTTED)
    across, upward = (metric_axis(name, arrow(name.removeprefix(accuracy_name("")))) for name in names)
    figure.update_xaxes(across)
    figure.update_yaxes(upward)
    caption = "Accuracy in both directions, one point per trial at its best report; dotted: no translation."
    return make_plot("directions", caption, figure, 420)


def criterion_points(study: StudyTables, criterion: str) -> Plot | None:
    """Each trial's oracle score against a criterion, with a ring around the trial that the criterion picks.

    Returns:
        The figure, or None if no report has both metrics.
    """
    verdict = judge(study, criterion, TARGET)
    if verdict is None:
        return None
    reports = study.best_reports(criterion).dropna(subset=[TARGET])
    drawn = thinned(reports[TARGET].sort_values(ascending=False), DRAWN)
    figure = points(study, reports.loc[[*dict.fromkeys([*drawn, verdict.picked])]], criterion, TARGET, best=False)
    picked = reports.loc[verdict.picked]
    ring = {"color": "rgba(0,0,0,0)", "size": 15, "line": {"color": RED, "width": 2}}
    figure.add_scatter(x=[picked[criterion]], y=[picked[TARGET]], mode="markers", marker=ring, hoverinfo="skip")
    styled(figure)
    figure.update_xaxes(metric_axis(criterion))
    figure.update_yaxes(metric_axis(TARGET, ""))
    return make_small_plot(criterion, criterion, figure)


def confirmed_means(confirmation: ConfirmationRecord, table: pd.DataFrame) -> Plot:
    """The test accuracy of each candidate: mean and 95 % interval, and a small dot for each seed.

    Args:
        confirmation: the confirmation to draw.
        table: the content of `confirmation.parquet`.
    """
    candidates = [each for each in confirmation.candidates if each.target.mean is not None][::-1]
    figure = go.Figure()
    for height, each in enumerate(candidates):
        seeds = table.loc[table["candidate"].astype(str) == each.candidate, TARGET].dropna()
        dots = {"color": GREY, "size": 7, "opacity": 0.9}
        above = [height + 0.18] * len(seeds)
        figure.add_scatter(x=rounded(seeds), y=above, mode="markers", marker=dots, hoverinfo="x")
        half = each.target.half_width or 0.0
        colour = PAPER if each.trial == PAPER_TRIAL else RED if each.candidate == "best" else COLOURS[0]
        figure.add_scatter(
            x=[each.target.mean],
            y=[height],
            mode="markers",
            marker={"color": colour, "size": 10},
            error_x={"type": "data", "array": [half], "thickness": 2, "width": 6, "color": colour},
            hovertemplate=f"%{{x:.2%}} ± {100 * half:.2f} points<extra></extra>",
        )
    styled(figure)
    figure.update_xaxes(metric_axis(TARGET, f"{axis_title(TARGET)}, test sets") | {"nticks": 6})
    heights = list(range(len(candidates)))
    names = [_candidate_name(each) for each in candidates]
    figure.update_yaxes(tickvals=heights, ticktext=names, range=[-0.6, len(names) - 0.4], showgrid=False)
    figure.update_layout(showlegend=False)
    caption = "Mean and 95 % interval of each candidate; grey: one dot per training."
    return make_plot("means", caption, figure, 110 + 46 * len(names))


def _candidate_name(each: RecordedCandidate) -> str:
    name = escape(str(each.candidate))
    return name if each.trial is None else f"{name} (trial {each.trial})"


def points(study: StudyTables, rows: pd.DataFrame, across: str, upward: str, best: bool = True) -> go.Figure:
    """One point per trial. Trials that were stopped early are pale; the one with the paper's weights is a diamond.

    Args:
        study: the study with the trials.
        rows: the values, one row per trial, the best trial first.
        across: the column of the horizontal axis.
        upward: the column of the vertical axis.
        best: whether the first trial is marked by a star.
    """
    stopped = rows.index.isin(study.trials.loc[study.trials["state"] == "PRUNED", "trial"])
    hover = f"%{{text}}<br>%{{x:{hover_format(across)}}}, %{{y:{hover_format(upward)}}}<extra></extra>"
    groups: list[tuple[pd.DataFrame, str, dict[str, Any]]] = [
        (rows[stopped], "stopped early", {"color": GREY, "size": 7}),
        (rows[~stopped], "other trials", {"color": COLOURS[0], "size": 7, "opacity": 0.8}),
    ]
    if best:
        groups.append((rows.head(1), "best", {"color": RED, "size": 14, "symbol": "star"}))
    diamond = {"color": PAPER, "size": 8, "symbol": "diamond"}
    groups.append((rows[rows.index == PAPER_TRIAL], "paper's weights", diamond))
    figure = go.Figure()
    for group, name, marker in groups:
        if len(group):
            figure.add_scatter(
                x=rounded(group[across]),
                y=rounded(group[upward]),
                mode="markers",
                marker=marker,
                name=name,
                text=[trial_name(int(trial)) for trial in group.index],
                hovertemplate=hover,
            )
    return figure
