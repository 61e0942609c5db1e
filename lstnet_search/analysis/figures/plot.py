"""A figure of a page, and the look that all figures share.

Figures consist of SVG traces: they need no WebGL and print sharply. Many trials share one trace with gaps, because
Plotly is slow if each trial has a trace of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import is_share, shown

DRAWN = 250
"""The most trials to draw in a figure."""
COLOURS = ("#0b63ce", "#d1690e", "#16845b", "#8a4fbe", "#0e8a9c", "#b0468f", "#7a6a00", "#5b4636")
"""Colours of highlighted trials or of studies, in this order."""
PAPER, GREY, RED, INK = "#111827", "#b6bfcc", "#c0272d", "#3b4657"
DASHED = {"color": RED, "width": 1, "dash": "dash"}
DOTTED = {"color": INK, "width": 1, "dash": "dot"}
_PALE = "rgba(255,255,255,0.75)"
"""The background of text inside a figure."""


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
    axis = {"gridcolor": "#e4e8ee", "zeroline": False, "linecolor": "#8c96a5", "ticks": "outside", "ticklen": 4}
    figure.update_xaxes(automargin=True, **axis)
    figure.update_yaxes(automargin=True, **axis)
    return figure.update_layout(
        template="none",
        font={"family": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif", "size": 13},
        paper_bgcolor="#ffffff",
        plot_bgcolor="#ffffff",
        hovermode="closest",
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0},
        margin={"l": 56, "r": 12, "t": 12, "b": 48},
    )


def metric_axis(metric: str, title: str | None = None) -> dict[str, Any]:
    """An axis of a metric: its numbers in per cent if it is a share, and its title, by default the metric's name."""
    return {"title": {"text": axis_title(metric) if title is None else title}, "tickformat": tick_format(metric)}


def axis_title(name: str) -> str:
    """The name of a metric or setting as an axis title, escaped because Plotly interprets HTML tags."""
    return escape(name.replace("_", " "))


def tick_format(metric: str) -> str:
    """The format of a metric's numbers on an axis, in Plotly's notation."""
    return ".2~%" if is_share(metric) else ""


def hover_format(metric: str) -> str:
    """The format of a metric's numbers in hover text, in Plotly's notation."""
    return ".2%" if is_share(metric) else ".4g"


def add_baseline(figure: go.Figure, study: StudyTables, metric: str) -> None:
    """Draw the score without translation as a dotted line, if the study recorded it."""
    if metric not in study.baseline:
        return
    value = study.baseline[metric]
    figure.add_hline(value, line=DOTTED)
    text = f"no translation {shown(metric, value)}"
    add_text(figure, text, x=0, xref="paper", y=value, xanchor="left", yanchor="bottom")


def add_text(figure: go.Figure, text: str, **where: Any) -> None:
    """Write text into a figure, readable on top of lines."""
    figure.add_annotation(**({"text": text, "showarrow": False, "bgcolor": _PALE} | where))


def rounded(values: Iterable[float]) -> list[float]:
    """Round to five digits: nobody sees more, and the page stays small."""
    return [float(f"{value:.5g}") for value in np.asarray(values, dtype=float)]
