"""Settings that are shares of a sum."""

from typing import Any

import pytest

from lstnet_search.config import Space, TrialConfig
from lstnet_search.errors import InputError

SPACE = Space.parse({"simplex": {"of": ["w1", "w2", "wl"], "sum": 12}, "w4": {"tie": "wl"}}, "mine.yaml")


def test_a_simplex_of_three_is_a_stick_broken_twice() -> None:
    # 1 - sqrt(1 - 5/9) is a third of 12, half of the remaining 8 is 4, and 4 remain.
    settings = SPACE.complete({"simplex/w1": 5 / 9, "simplex/w2": 0.5})
    assert settings == pytest.approx({"w1": 4, "w2": 4, "wl": 4, "w4": 4})
    assert SPACE.point(TrialConfig(w1=4, w2=4, wl=4)) == pytest.approx({"simplex/w1": 5 / 9, "simplex/w2": 0.5})


def test_a_share_may_be_all_or_nothing() -> None:
    assert SPACE.complete({"simplex/w1": 1, "simplex/w2": 0.3}) == {"w1": 12, "w2": 0, "wl": 0, "w4": 0}
    assert SPACE.point(TrialConfig(w1=12, w2=0, wl=0)) == {"simplex/w1": 1, "simplex/w2": 0}


def test_uniform_draws_make_every_share_equally_large_on_average() -> None:
    grid = [(index + 0.5) / 50 for index in range(50)]
    draws = [SPACE.complete({"simplex/w1": a, "simplex/w2": b}) for a in grid for b in grid]
    for name in ("w1", "w2", "wl"):
        assert sum(drawn[name] for drawn in draws) / len(draws) == pytest.approx(4, rel=0.01)


def test_a_trial_with_another_sum_is_no_point_of_a_simplex() -> None:
    with pytest.raises(InputError, match=r"^w1 \+ w2 \+ wl = 70 is not the simplex's sum=12; set its sum to 70$"):
        SPACE.point(TrialConfig())


@pytest.mark.parametrize(
    ("simplex", "more", "message"),
    [
        (5, {}, r"^simplex=5 in mine\.yaml must be like \{of: \[w1, w2, wl\], sum: 100\}$"),
        ({"of": ["w1", "w2"]}, {}, r"^'sum' is missing; add it; the simplex in mine\.yaml$"),
        ({"of": ["w1"], "sum": 1}, {}, r"the simplex in mine\.yaml$"),
        ({"of": ["w1", "w2"], "sum": 0}, {}, r"^sum=0 must be > 0; the simplex in mine\.yaml$"),
        ({"of": ["w1", "w1"], "sum": 1}, {}, r"^the simplex in mine\.yaml names a setting twice; remove one of them$"),
        ({"of": ["w1", "w9"], "sum": 1}, {}, r"^unknown setting 'w9' in mine\.yaml; allowed: w1"),
        ({"of": ["w1", "beta1"], "sum": 1}, {}, r"^beta1=1\.0 must be < 1; upper bound 'high' of the simplex in mine"),
        (
            {"of": ["w1", "w2"], "sum": 1},
            {"w2": {"tie": "w1"}},
            r"^w2 in mine\.yaml has its own line and a share of the simplex; remove one of them$",
        ),
        (
            {"of": ["w1", "w2"], "sum": 1},
            {"beta1": {"tie": "w1"}},
            r"^beta1=1\.0 must be < 1; upper bound 'high' of the simplex in mine\.yaml$",
        ),
    ],
)
def test_a_wrong_simplex_is_refused(simplex: Any, more: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Space.parse({"simplex": simplex} | more, "mine.yaml")
