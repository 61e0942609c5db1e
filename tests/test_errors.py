"""Messages: short whatever the value, and with the place where it stands."""

from typing import Any

import pytest

from lstnet_search.config import TrialConfig
from lstnet_search.errors import InputError, show


def nested(depth: int) -> list[Any]:
    """What nine anchors a line make of a few lines of YAML: 9 ** depth numbers."""
    value: list[Any] = [1] * 9
    for _ in range(depth):
        value = [value] * 9
    return value


def test_an_input_error_is_a_value_error() -> None:
    assert issubclass(InputError, ValueError)


@pytest.mark.parametrize(("value", "shown"), [(-1.0, "-1.0"), ("a\n", r"'a\n'"), (None, "None"), ([1], "[1]")])
def test_a_short_value_is_shown_as_python_writes_it(value: Any, shown: str) -> None:
    assert show(value) == shown


@pytest.mark.parametrize(
    "value",
    [nested(50), "x" * 10**6, 10**4000, 10**5000, {str(i): i for i in range(1000)}],
    ids=["lists", "text", "number", "number that Python does not print", "mapping"],
)
def test_a_huge_value_is_shown_briefly(value: Any) -> None:
    assert len(show(value)) < 200


def test_a_value_that_holds_itself_is_shown_briefly() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert show(endless) == "[[[...]]]"


def test_a_message_about_a_huge_value_is_short() -> None:
    with pytest.raises(InputError, match="must be a number") as caught:
        TrialConfig.parse({"w1": nested(50)}, "mine.yaml")
    assert len(str(caught.value)) < 300
