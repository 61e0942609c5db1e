"""Ranges: what a draw can be, where a value is in a range, which ranges are refused."""

import math
from typing import Any

import pytest

from lstnet_search.config import Choice, LogUniform, QUniform, RandInt, Space, TrialConfig, Uniform
from lstnet_search.errors import InputError

from ..spaces import uniform  # noqa: TID252 (pytest's importlib mode has no absolute name for it)


@pytest.mark.parametrize(
    ("bounds", "inside", "outside"),
    [
        (Uniform(low=0, high=1), [0, 0.5, 1], [-0.1, 1.1]),
        (LogUniform(low=1, high=10), [1, 5, 10], [0.9, 11]),
        (QUniform(low=0.1, high=0.3, step=0.1), [0.1, 0.2, 0.1 + 2 * 0.1], [0.15, 0.0, 0.4]),
        (RandInt(low=1, high=3), [1, 2, 2.0], [0, 3, 1.5]),
        (Choice(values=(1, "a")), [1, "a"], [2, "b"]),
    ],
)
def test_a_range_contains_its_draws_and_nothing_else(bounds: Any, inside: list[Any], outside: list[Any]) -> None:
    assert all(bounds.contains(value) for value in inside)
    assert not any(bounds.contains(value) for value in outside)


def test_the_middle_of_a_logarithmic_range_is_the_geometric_mean_of_its_ends() -> None:
    assert LogUniform(low=1, high=10_000).position(100) == pytest.approx(0.5)
    assert LogUniform(low=1e-300, high=1e300).position(1) == pytest.approx(0.5)  # high / low is infinite


def test_choices_have_the_type_of_their_setting() -> None:
    space = Space.parse({"learning_rate": {"type": "choice", "values": ["1e-4", 1e-3]}}, "mine.yaml")
    assert space.ranges["learning_rate"] == Choice(values=(1e-4, 1e-3))
    assert space.point(TrialConfig()) == {"learning_rate": 1e-4}


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        (
            {},
            r"^w3 in mine\.yaml has type None; allowed: uniform, loguniform, quniform, randint, choice \(or",
        ),
        ({"type": "normal"}, r"^w3 in mine\.yaml has type 'normal'; allowed: uniform, "),
        ({"type": ["uniform"]}, r"^w3 in mine\.yaml has type \['uniform'\]; allowed: uniform, "),
        ({"type": "uniform", "low": 1}, r"^'high' is missing; add it; the range of w3 in mine\.yaml$"),
        (
            uniform(0, 1) | {"stp": 1},
            r"^unknown setting 'stp'; remove it or correct its name; the range of w3 in",
        ),
        (uniform(-1.0, 5), r"^w3=-1\.0 must be >= 0; lower bound 'low' of w3 in mine\.yaml$"),
        (uniform(0, math.inf), r"^high=inf must be a finite number; the range of w3 in mine\.yaml$"),
        (uniform(math.nan, 1), r"^low=nan must be a finite number; the range of w3 in mine\.yaml$"),
        (uniform(True, 2), r"^low=True must be a number; the range of w3 in mine\.yaml$"),
        (uniform(5, 1), r"^low=5 must be < high=1; raise high or lower low; the range of w3 in mine\.yaml$"),
        (uniform(1, 1), r"^low=1 must be < high=1; "),
        (
            {"type": "randint", "low": 3, "high": 3},
            r"^low=3 must be < high=3; raise high or lower low; the range",
        ),
        ({"type": "randint", "low": 0.5, "high": 3}, r"^low=0\.5 must be a whole number; the range of w3 in"),
        (
            {"type": "loguniform", "low": 0, "high": 1},
            r"^low=0 must be > 0 in a loguniform range; raise it or use uniform; the range of w3 in",
        ),
        (
            {"type": "quniform", "low": 0, "high": 1, "step": 0.3},
            r"^high=1 must be low=0 plus a whole number of steps of 0\.3; change high or step; the range",
        ),
        (
            {"type": "quniform", "low": 0, "high": 1, "step": 0},
            r"^step=0 must be > 0; the range of w3 in mine\.yaml$",
        ),
        (
            {"type": "quniform", "low": 0, "high": 1e308, "step": 1e-308},
            r"^high=1e\+308 must be low=0 plus a whole",
        ),
        ({"type": "choice", "values": [1, -1]}, r"^w3=-1 must be >= 0; value 2 of w3 in mine\.yaml$"),
        (
            {"type": "choice", "values": []},
            r"^values: \[\] must be a list of at least one value.*range of w3 in",
        ),
        (
            {"type": "choice", "values": 5},
            r"^values: 5 must be a list of at least one value, such as \[1, 3\]; the",
        ),
        (
            {"type": "choice", "values": [[1]]},
            r"^values: \[1\] must be a number or a word; the range of w3 in",
        ),
    ],
)
def test_a_wrong_range_is_refused(bounds: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Space.parse({"w3": bounds}, "mine.yaml")


@pytest.mark.parametrize(
    ("name", "bounds", "message"),
    [
        (
            "batch_size",
            uniform(2, 64),
            r"^batch_size must be a whole number, but draws from uniform need not",
        ),
        (
            "batch_size",
            {"type": "quniform", "low": 2, "high": 4, "step": 0.5},
            r"^batch_size must be a whole number",
        ),
        (
            "latent_stride",
            {"type": "randint", "low": 1, "high": 4},
            r"^latent_stride takes only listed values, .*choice",
        ),
        (
            "latent_stride",
            uniform(1, 3),
            r"^latent_stride takes only listed values, but uniform also draws",
        ),
        (
            "beta1",
            {"type": "randint", "low": 0, "high": 2},
            r"^beta1=1 must be < 1; upper bound 'high' of beta1",
        ),
    ],
)
def test_a_range_whose_draws_a_setting_cannot_take_is_refused(name: str, bounds: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Space.parse({name: bounds}, "mine.yaml")


@pytest.mark.parametrize(
    "bounds",
    [{"type": "randint", "low": 2, "high": 65}, {"type": "quniform", "low": 16, "high": 64, "step": 16}],
)
def test_whole_draws_suit_a_whole_setting(bounds: Any) -> None:
    assert Space.parse({"batch_size": bounds}, "mine.yaml").dimensions == 1
