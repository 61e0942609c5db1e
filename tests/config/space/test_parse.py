"""Contents of space files that are refused, with a message that names the wrong setting."""

import math
from typing import Any

import pytest

from lstnet_search.config import Space
from lstnet_search.errors import InputError

from ..spaces import uniform  # noqa: TID252 (pytest's importlib mode has no absolute name for it)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, r"^mine\.yaml is empty or not a mapping; write one line per setting, such as 'w3: 100'$"),
        (None, r"^mine\.yaml is empty or not a mapping"),
        (["w1"], r"^mine\.yaml is empty or not a mapping"),
        ({1: 2}, r"^the key 1 in mine\.yaml must be the name of a setting$"),
        ({"w9": 1}, r"^unknown setting 'w9' in mine\.yaml; allowed: w1, w2, .*brightness$"),
        ({"w9": {"tie": "w1"}, "w1": 1}, r"^unknown setting 'w9' in mine\.yaml; allowed: w1, "),
        ({"steps": 5}, r"^'steps' cannot be searched, .*; remove it from mine\.yaml$"),
        ({"seed": {"type": "randint", "low": 0, "high": 9}}, r"^'seed' cannot be searched"),
        ({"classifier_steps": {"type": "randint", "low": 10, "high": 90}}, r"^'classifier_steps' cannot be searched"),
        ({"w1": -1.0}, r"^w1=-1\.0 must be >= 0; in mine\.yaml$"),
        ({"w1": math.nan}, r"^w1=nan must be a finite number; in mine\.yaml$"),
        ({"w1": math.inf}, r"^w1=inf must be a finite number; in mine\.yaml$"),
        ({"w1": None}, r"^w1=None must be a number; in mine\.yaml$"),
        ({"w1": True}, r"^w1=True must be a number; in mine\.yaml$"),
        ({"w1": [1, 2]}, r"^w1=\[1, 2\] must be a number; in mine\.yaml$"),
    ],
)
def test_a_wrong_setting_is_refused(content: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Space.parse(content, "mine.yaml")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"w2": {"tie": "w1"}},
            r"^w2 is tied to 'w1', which is neither fixed nor searched; give it .* in mine\.yaml$",
        ),
        ({"w2": {"tie": "w2"}}, r"^w2 is tied to 'w2', which is neither fixed nor searched"),
        ({"w1": 1, "w2": {"tie": "w1"}, "w4": {"tie": "w2"}}, r"^w4 is tied to 'w2', which is neither"),
        (
            {"w2": {"tie": ["w1"]}},
            r"^w2 in mine\.yaml is tied by \{'tie': \['w1'\]\}; write 'tie: SETTING' and",
        ),
        ({"w1": 1, "w2": {"tie": "w1", "low": 1}}, r"^w2 in mine\.yaml is tied by .*and nothing else"),
        ({"steps": {"tie": "w1"}, "w1": 1}, r"^'steps' cannot be searched"),
        (
            {"w1": 3, "beta1": {"tie": "w1"}},
            r"^beta1=3\.0 must be < 1; the value of w1, to which it is tied, in",
        ),
        (
            {"w1": uniform(0, 3), "beta1": {"tie": "w1"}},
            r"^beta1=3\.0 must be < 1; upper bound 'high' of w1 in",
        ),
    ],
)
def test_a_wrong_tie_is_refused(content: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Space.parse(content, "mine.yaml")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"w1": uniform(1, 2, ratio_of="w3")},
            r"^w1 in mine\.yaml is a multiple of 'w3', which must be greater",
        ),
        ({"w1": uniform(1, 2, ratio_of=["w3"]), "w3": 1}, r"^w1 in mine\.yaml is a multiple of \['w3'\], which must"),
        ({"w1": uniform(1, 2, ratio_of="w3"), "w3": 0}, r"must be greater than 0, .*; name such a setting$"),
        (
            {"w1": uniform(1, 2, ratio_of="w3"), "w3": uniform(0, 1)},
            r"must be greater than 0, .*; name such a setting$",
        ),
        (
            {"w1": uniform(1, 2, ratio_of="w3"), "w3": uniform(1, 2, ratio_of="w4"), "w4": 1},
            r"in an interval without 'when' and 'ratio_of'",
        ),
        (
            {"w1": {"type": "choice", "values": [1, 2], "ratio_of": "w3"}, "w3": 1},
            r"^w1 in mine\.yaml is a multiple of 'w3' drawn from choice; allowed: uniform, loguniform$",
        ),
        (
            {"beta1": uniform(0.5, 2, ratio_of="beta2"), "beta2": uniform(0.1, 0.8)},
            r"^beta1=1\.6 must be < 1; upper bound 'high' of beta1, times beta2, in mine\.yaml$",
        ),
        (
            {"w1": uniform(1, 1e300, ratio_of="w3"), "w3": 1e300},
            r"^w1=inf must be a finite number; upper bound 'high' of w1, times w3, in mine\.yaml$",
        ),
        (
            {"beta1": {"tie": "w1"}, "w1": uniform(0.5, 2, ratio_of="w3"), "w3": 1},
            r"^beta1=2\.0 must be < 1; upper bound 'high' of w1, times w3, in mine\.yaml$",
        ),
        ({"batch_size": uniform(1, 2, ratio_of="w3"), "w3": 4}, r"^batch_size must be a whole number, but draws from"),
    ],
)
def test_a_wrong_ratio_is_refused(content: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Space.parse(content, "mine.yaml")
