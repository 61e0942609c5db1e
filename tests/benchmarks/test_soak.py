import pytest
from soak import slope_per_hour


def test_the_slope_is_that_of_a_line_after_the_warm_up() -> None:
    rising = [(minute / 60, 100.0 if minute < 2 else 200 + minute / 6) for minute in range(10)]
    assert slope_per_hour(rising) == pytest.approx((10, 10, 10))
