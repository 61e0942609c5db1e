"""An axis of a metric, which gives most room to the values where trials differ.

Shares that reach from far below to near 100 % are drawn as logits, ln(p / (1 - p)): going from 95 to 97.5 % halves the
errors, as does going from 80 to 90 %. Other metrics have a plain axis that begins near the lowest value.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, inf, log10
from typing import Any, Self

import numpy as np

from lstnet_search.results.formatting import is_share

_BENT_ABOVE, _BENT_RANGE = 0.9, 0.2
"""Shares are drawn as logits if they reach above the first, over a range larger than the second."""
_ENDS = 0.001, 0.999
"""Shares beyond these are drawn at them, because 0 and 1 have no logit."""
_TICKS = (0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999)
_APART = 0.1
"""The least distance of ticks, as a share of the axis."""


@dataclass(frozen=True)
class MetricAxis:
    """An axis of a metric.

    Attributes:
        metric: the metric.
        low: the lowest value to show.
        high: the highest value to show.
    """

    metric: str
    low: float
    high: float

    @classmethod
    def over(cls, metric: str, values: Iterable[float]) -> Self:
        """The axis that shows some values of a metric; NaN is left out."""
        known = np.asarray([*values], dtype=float)
        known = known[np.isfinite(known)]
        return cls(metric, *((float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)))

    @property
    def bent(self) -> bool:
        """Whether values are drawn as logits."""
        return is_share(self.metric) and self.high > _BENT_ABOVE and self.high - self.low > _BENT_RANGE

    def drawn(self, values: Iterable[float]) -> list[float]:
        """Where values lie in the units of the axis."""
        numbers = np.asarray([*values], dtype=float)
        if self.bent:
            shares = np.clip(numbers, *_ENDS)
            numbers = np.log(shares / (1 - shares))
        return rounded(numbers)

    def layout(self, title: str | None = None) -> dict[str, Any]:
        """The axis for Plotly; its title is the metric's name by default."""
        axis: dict[str, Any] = {"title": {"text": axis_title(self.metric) if title is None else title}}
        if not self.bent:
            return axis | {"tickformat": tick_format(self.metric)}
        ticks = _apart([each for each in _TICKS if self.low * 0.7 <= each <= 1 - (1 - self.high) * 0.7], self.drawn)
        return axis | {
            "tickvals": self.drawn(ticks),
            "ticktext": [f"{100 * each:g}%" for each in ticks],
            "tickangle": 0,
        }


@dataclass(frozen=True)
class Ruler:
    """A metric axis with ends and round ticks, for bars of a page; positions run from 0 to 1."""

    axis: MetricAxis
    first: float
    last: float

    @classmethod
    def over(cls, metric: str, values: Sequence[float]) -> Self:
        """The ruler on which some values lie, with room at both ends."""
        axis = MetricAxis.over(metric, values)
        low, high = axis.drawn([axis.low, axis.high])
        room = 0.12 * (high - low) or 0.01
        ends = (0.0, 1.0) if is_share(metric) and not axis.bent else (-inf, inf)
        return cls(axis, max(low - 2 * room, ends[0]), min(high + room, ends[1]))

    def positions(self, values: Iterable[float]) -> list[float]:
        """Where values lie, those beyond an end at that end."""
        places = (np.asarray(self.axis.drawn(values)) - self.first) / (self.last - self.first)
        return [round(float(each), 4) for each in np.clip(places, 0, 1)]

    def ticks(self) -> list[float]:
        """Round values on the ruler."""
        if self.axis.bent:
            candidates: Iterable[float] = _TICKS
        else:
            step = 10 ** floor(log10((self.last - self.first) / 2))
            step = next(step * factor for factor in (0.5, 1, 2, 5) if (self.last - self.first) / (step * factor) < 7)
            candidates = (step * count for count in range(int(self.first / step), int(self.last / step) + 2))
        inside = [each for each in candidates if self.first <= self.axis.drawn([each])[0] <= self.last]
        return _apart(inside, self.positions)


def _apart(ticks: Sequence[float], positions: Any) -> list[float]:
    """The ticks that are far enough from the ones before them."""
    places = positions(ticks)
    kept: list[int] = []
    width = (places[-1] - places[0]) if ticks else 0
    for index in range(len(ticks)):
        if not kept or places[index] - places[kept[-1]] >= _APART * width:
            kept.append(index)
    return [ticks[index] for index in kept]


def axis_title(name: str) -> str:
    """The name of a metric or setting as an axis title, escaped because Plotly interprets HTML tags."""
    return escape(name.replace("_", " "))


def tick_format(metric: str) -> str:
    """The format of a metric's numbers on an axis, in Plotly's notation."""
    return ".2~%" if is_share(metric) else ""


def hover_format(metric: str) -> str:
    """The format of a metric's numbers in hover text, in Plotly's notation."""
    return ".2%" if is_share(metric) else ".4g"


def rounded(values: Iterable[float]) -> list[float]:
    """Values with five significant digits: more cannot be seen, and the page stays small."""
    return [float(f"{value:.5g}") for value in np.asarray(values, dtype=float)]
