"""Studies side by side: the best score by number of trials and by training time, and the spread of all trials."""

from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from lstnet_search.analysis.figures.axis import MetricAxis, hover_format, rounded
from lstnet_search.analysis.figures.plot import DRAWN, Plot, make_plot, styled
from lstnet_search.analysis.labels import trial_name
from lstnet_search.results.folder.studies import StudyTables, thinned
from lstnet_search.results.palette import SERIES


def best_so_far(studies: Sequence[StudyTables], metric: str, by_hours: bool) -> Plot:
    """The highest score so far of each study.

    Args:
        studies: the studies to compare.
        metric: the score.
        by_hours: whether the horizontal axis is the total training time so far, including failed and stopped trials;
            otherwise it is the number of trials.
    """
    figure = go.Figure()
    improvements = [_improvements(study, metric) for study in studies]
    baselines = [study.baseline[metric] for study in studies if metric in study.baseline]
    axis = MetricAxis.over(metric, [*baselines, *(value for each in improvements for value in each)])
    for (study, colour), best in zip(_coloured(studies), improvements, strict=True):
        hours = study.trials.set_index("trial")["seconds"].sort_index().cumsum() / 3600
        x: list[Any] = rounded(hours.loc[best.index]) if by_hours else [int(trial) + 1 for trial in best.index]
        y: list[Any] = axis.drawn(best)
        name = escape(study.name)
        figure.add_scatter(
            x=x or [None],  # a study without a report is named in the legend too
            y=y or [None],
            customdata=rounded(best),
            mode="lines+markers",
            line={"color": colour, "width": 2, "shape": "hv"},
            marker={"size": 3},
            name=name if x else f"{name} (no report)",
            showlegend=True,
            hovertemplate=f"{name}<br>%{{x:.4g}}: %{{customdata:{hover_format(metric)}}}<extra></extra>",
        )
        if metric in study.baseline:
            figure.add_hline(*axis.drawn([study.baseline[metric]]), line={"color": colour, "width": 1, "dash": "dot"})
    styled(figure)
    figure.update_xaxes(title="hours of training" if by_hours else "trials")
    figure.update_yaxes(axis.layout())
    basis = "the training time of all trials so far" if by_hours else "trials in the order in which they started"
    caption = f"The highest {metric} so far, by {basis}; dotted: no translation."
    return make_plot("hours" if by_hours else "trials", caption, figure, 420)


def spread(studies: Sequence[StudyTables], metric: str) -> Plot:
    """The scores of all trials: a box from the first to the third quartile, the median in it, and one dot per trial.

    Of many trials, only some are drawn, evenly spaced by rank, which keeps the quartiles.
    """
    figure = go.Figure()
    rankings = [study.ranking(metric) for study in studies]
    axis = MetricAxis.over(metric, pd.concat(rankings))
    for index, ((study, colour), ranking) in enumerate(zip(_coloured(studies), rankings, strict=True)):
        drawn = thinned(ranking, DRAWN, best=1)
        figure.add_box(
            x=[index] * len(drawn),
            y=axis.drawn(ranking.loc[drawn]),
            customdata=rounded(ranking.loc[drawn]),
            boxpoints="all",
            jitter=0.6,
            pointpos=0,
            marker={"color": colour, "size": 4, "opacity": 0.5},
            line={"color": colour, "width": 2},
            fillcolor="rgba(0,0,0,0)",
            text=[trial_name(study.search, trial) for trial in drawn],
            hovertemplate=f"%{{text}}: %{{customdata:{hover_format(metric)}}}<extra></extra>",
            hoveron="points",
        )
    styled(figure)
    names = [escape(study.name) for study in studies]
    figure.update_xaxes(tickvals=list(range(len(names))), ticktext=names, range=[-0.6, len(names) - 0.4])
    figure.update_yaxes(axis.layout())
    figure.update_layout(showlegend=False)
    caption = "All trials that did not fail, one dot per trial, with the median and the quartiles."
    return make_plot("spread", caption, figure, 420)


def _coloured(studies: Sequence[StudyTables]) -> list[tuple[StudyTables, str]]:
    return [(study, SERIES[index % len(SERIES)]) for index, study in enumerate(studies)]


def _improvements(study: StudyTables, metric: str) -> "pd.Series[float]":
    """The highest score so far by trial, at the trials that raised it and at the last one."""
    best = study.ranking(metric).sort_index().cummax()
    raised = best.diff() != 0
    raised.iloc[-1:] = True
    return best[raised]
