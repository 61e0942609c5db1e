"""Trials as points: both directions, a setting or criterion against the score; confirmed means."""

from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from lstnet_search.analysis.figures.axis import MetricAxis, hover_format, rounded, tick_format
from lstnet_search.analysis.figures.marks import marks
from lstnet_search.analysis.figures.plot import DOTTED, DRAWN, Plot, make_plot, make_small_plot, styled
from lstnet_search.analysis.labels import arrow, trial_name
from lstnet_search.config.metrics import TARGET, accuracy_name
from lstnet_search.results.analysis.regret import judge
from lstnet_search.results.confirmation.record import ConfirmationRecord, RecordedCandidate
from lstnet_search.results.folder.studies import StudyTables, thinned
from lstnet_search.results.palette import BEST, INK, OTHER, PUBLISHED, STOPPED
from lstnet_search.results.study.records import PAPER_TRIAL


def both_directions(study: StudyTables) -> Plot | None:
    """Each trial's accuracy in one direction against the other, or None if only one can be measured."""
    names = [accuracy_name(direction) for direction in study.directions]
    if study.without(*names):
        return None
    reports = study.best_reports(study.metric).loc[thinned(study.ranking(study.metric), DRAWN)].dropna(subset=names)
    axes = [MetricAxis.over(name, reports[name]) for name in names]
    figure = styled(points(study, reports, axes[0], axes[1]))
    for axis, draw in zip(axes, (figure.add_vline, figure.add_hline), strict=True):
        if axis.metric in study.baseline:
            draw(axis.drawn([study.baseline[axis.metric]])[0], line=DOTTED)
    across, upward = (axis.layout(arrow(direction)) for axis, direction in zip(axes, study.directions, strict=True))
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
    rows = reports.loc[[*dict.fromkeys([*drawn, verdict.picked])]]
    across, upward = (MetricAxis.over(name, rows[name]) for name in (criterion, TARGET))
    figure = points(study, rows, across, upward, best=False)
    picked = rows.loc[[verdict.picked]]
    ring = {"size": 15, "symbol": "circle-open", "line": {"color": INK, "width": 2}, "color": INK}
    x, y = across.drawn(picked[criterion]), upward.drawn(picked[TARGET])
    figure.add_scatter(x=x, y=y, mode="markers", marker=ring, hoverinfo="skip")
    styled(figure)
    figure.update_xaxes(across.layout())
    figure.update_yaxes(upward.layout(""))
    return make_small_plot(criterion, criterion, figure)


def confirmed_means(confirmation: ConfirmationRecord, table: pd.DataFrame) -> Plot | None:
    """The test accuracy of each candidate: mean and 95 % interval, and a small dot for each seed. None without scores.

    Args:
        confirmation: the confirmation to draw.
        table: the content of `confirmation.parquet`.
    """
    candidates = [each for each in confirmation.candidates if each.target.mean is not None][::-1]
    if not candidates:
        return None
    figure = go.Figure()
    for height, each in enumerate(candidates):
        seeds = table.loc[table["candidate"].astype(str) == each.candidate, TARGET].dropna()
        dots = {"color": OTHER, "size": 6, "opacity": 0.7}
        above = [height + 0.2] * len(seeds)
        figure.add_scatter(x=rounded(seeds), y=above, mode="markers", marker=dots, hoverinfo="x")
        half = each.target.half_width or 0.0
        colour = PUBLISHED if each.trial == PAPER_TRIAL else BEST if each.candidate == "best" else OTHER
        figure.add_scatter(
            x=[each.target.mean],
            y=[height],
            mode="markers",
            marker={"color": colour, "size": 10},
            error_x={"type": "data", "array": [half], "thickness": 2, "width": 6, "color": colour},
            hovertemplate=f"%{{x:.2%}} ± {100 * half:.2f} points<extra></extra>",
        )
    styled(figure)
    figure.update_xaxes(title="target accuracy on the test sets", tickformat=tick_format(TARGET), nticks=6)
    heights = list(range(len(candidates)))
    names = [_candidate_name(each) for each in candidates]
    figure.update_yaxes(tickvals=heights, ticktext=names, range=[-0.6, len(names) - 0.4], showgrid=False)
    figure.update_layout(showlegend=False)
    caption = "Mean and 95 % interval of each candidate; grey: one dot per training."
    return make_plot("means", caption, figure, 110 + 46 * len(names))


def _candidate_name(each: RecordedCandidate) -> str:
    name = escape(str(each.candidate))
    return name if each.trial is None else f"{name} (trial {each.trial})"


def points(
    study: StudyTables, rows: pd.DataFrame, across: MetricAxis, upward: MetricAxis, best: bool = True
) -> go.Figure:
    """One point per trial. Trials that were stopped early are pale; `marks` says how two of them are marked.

    Args:
        study: the study with the trials.
        rows: the values, one row per trial, the best trial first.
        across: the horizontal axis; its metric is a column.
        upward: the vertical axis; its metric is a column.
        best: whether the first trial is marked as the best.
    """
    stopped = rows.index.isin(study.trials.loc[study.trials["state"] == "PRUNED", "trial"])
    groups: list[tuple[pd.DataFrame, str, dict[str, Any]]] = [
        (rows[stopped], "stopped early", {"color": STOPPED, "size": 7}),
        (rows[~stopped], "other trials", {"color": OTHER, "size": 7}),
    ]
    first = int(rows.index[0]) if best and len(rows) else None
    groups += [(rows.loc[[each.trial]], each.name, each.marker) for each in marks(study.search, rows.index, first)]
    names = across.metric, upward.metric
    texts = (f"%{{customdata[{index}]:{hover_format(name)}}}" for index, name in enumerate(names))
    hover = f"%{{text}}<br>{', '.join(texts)}<extra></extra>"
    figure = go.Figure()
    for group, name, marker in groups:
        if len(group):
            figure.add_scatter(
                x=across.drawn(group[names[0]]),
                y=upward.drawn(group[names[1]]),
                customdata=[*map(list, zip(*(rounded(group[each]) for each in names), strict=True))],
                mode="markers",
                marker=marker,
                name=name,
                text=[trial_name(study.search, int(trial)) for trial in group.index],
                hovertemplate=hover,
            )
    return figure
