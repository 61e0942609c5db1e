"""A figure of a page, and the look that all figures share.

Figures consist of SVG traces: they need no WebGL and print sharply. Many trials share one trace with gaps, because
Plotly is slow if each trial has a trace of its own.
"""

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from lstnet_search.analysis.figures.axis import MetricAxis
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import shown
from lstnet_search.results.palette import BASELINE, INK, LINE, SHEET, SOFT

DRAWN = 250
"""The most trials to draw in a figure."""
RULE = {"color": SOFT, "width": 1, "dash": "dash"}
"""A line at a rung."""
DOTTED = {"color": BASELINE, "width": 1.5, "dash": "dot"}
"""A line at a score to compare with: no translation, or chance."""


@dataclass(frozen=True)
class Plot:
    """A figure for plotly.js.

    Attributes:
        name: its name, unique within its section of the page.
        caption: what it shows.
        figure: what Plotly draws: `data` and `layout`.
        height: its height in CSS pixels.
    """

    name: str
    caption: str
    figure: dict[str, Any]
    height: int = 380


def make_plot(name: str, caption: str, figure: go.Figure, height: int) -> Plot:
    """A large figure as a `Plot`."""
    content = figure.to_plotly_json()
    content["layout"].pop("template", None)  # its defaults would make up most of the page
    return Plot(name, caption, {"data": content["data"], "layout": content["layout"]}, height)


def make_small_plot(name: str, caption: str, figure: go.Figure) -> Plot:
    """A small `Plot` without a legend, to be shown next to others."""
    figure.update_layout(showlegend=False, font={"size": 12}, margin={"l": 44, "r": 8, "t": 8, "b": 40})
    return make_plot(name, caption, figure, 240)


def styled(figure: go.Figure) -> go.Figure:
    """Give a figure the shared look."""
    axis = {
        "gridcolor": LINE,
        "zeroline": False,
        "linecolor": SOFT,
        "tickcolor": SOFT,
        "ticks": "outside",
        "ticklen": 4,
    }
    figure.update_xaxes(automargin=True, **axis)
    figure.update_yaxes(automargin=True, **axis)
    return figure.update_layout(
        template="none",
        font={
            "family": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif",
            "size": 13,
            "color": INK,
        },
        paper_bgcolor=SHEET,
        plot_bgcolor=SHEET,
        hovermode="closest",
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0},
        margin={"l": 56, "r": 12, "t": 12, "b": 48},
    )


def add_baseline(figure: go.Figure, study: StudyTables, axis: MetricAxis) -> None:
    """Draw the score without translation as a dotted line, if the study recorded it."""
    if axis.metric not in study.baseline:
        return
    value = study.baseline[axis.metric]
    (height,) = axis.drawn([value])
    figure.add_hline(height, line=DOTTED)
    text = f"no translation {shown(axis.metric, value)}"
    add_text(figure, text, x=0, xref="paper", y=height, xanchor="left", yanchor="bottom")


def add_text(figure: go.Figure, text: str, **where: Any) -> None:
    """Write text into a figure, readable on top of lines."""
    figure.add_annotation(**({"text": text, "showarrow": False, "bgcolor": SHEET, "opacity": 0.85} | where))
