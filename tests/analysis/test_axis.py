"""Axes that give most room to the values where trials differ."""

from math import log

import pytest

from lstnet_search.analysis.figures.axis import MetricAxis, Ruler
from lstnet_search.config.metrics import TARGET


def test_shares_that_reach_from_low_to_nearly_all_are_drawn_as_logits() -> None:
    axis = MetricAxis.over(TARGET, [0.14, float("nan"), 0.975])
    assert axis.bent
    assert axis.drawn([0.5, 0.8, 0.9]) == pytest.approx([0, log(4), log(9)], abs=1e-4)
    assert axis.drawn([1.0]) == axis.drawn([0.999])  # 1 has no logit
    layout = axis.layout()
    assert layout["ticktext"][0] == "10%"
    assert "95%" in layout["ticktext"]
    assert layout["tickvals"] == sorted(layout["tickvals"])


@pytest.mark.parametrize(
    ("metric", "values"),
    [(TARGET, [0.93, 0.96]), (TARGET, [0.1, 0.6]), ("loss_an1", [0.1, 0.99]), (TARGET, [])],
)
def test_other_axes_are_plain(metric: str, values: list[float]) -> None:
    axis = MetricAxis.over(metric, values)
    assert not axis.bent
    assert axis.drawn([0.25, 0.5]) == [0.25, 0.5]


def test_a_ruler_shows_a_small_difference() -> None:
    ruler = Ruler.over(TARGET, [0.9364, 0.9379])
    low, high = ruler.positions([0.9364, 0.9379])
    assert high - low > 0.5  # half of the width for 0.15 points
    assert 0.9 not in ruler.ticks()
    assert all(0 <= each <= 1 for each in ruler.positions(ruler.ticks()))
    assert len(ruler.ticks()) >= 3


def test_a_ruler_of_one_value_or_of_all_right_still_has_a_width() -> None:
    assert Ruler.over(TARGET, [0.95]).positions([0.95]) == [pytest.approx(2 / 3, abs=0.01)]
    assert max(Ruler.over(TARGET, [0.95, 1.0]).ticks()) <= 1
