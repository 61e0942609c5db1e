"""Messages are short, whatever the value."""

from typing import Any

import pytest

from lstnet_search.config import TrialConfig
from lstnet_search.errors import InputError, one_line, plain, show


def nested(depth: int) -> list[Any]:
    """What a few lines of YAML with nine anchors each expand to: 9 ** depth numbers."""
    value: list[Any] = [1] * 9
    for _ in range(depth):
        value = [value] * 9
    return value


@pytest.mark.parametrize(("value", "shown"), [(-1.0, "-1.0"), ("a\n", r"'a\n'"), (None, "None"), ([1], "[1]")])
def test_a_short_value_is_shown_by_its_repr(value: Any, shown: str) -> None:
    assert show(value) == shown


@pytest.mark.parametrize(
    "value",
    [nested(50), "x" * 10**6, 10**4000, 10**5000, {str(i): i for i in range(1000)}],
    ids=["lists", "text", "number", "number that Python does not print", "mapping"],
)
def test_a_huge_value_is_shown_briefly(value: Any) -> None:
    assert len(show(value)) < 200


def test_a_value_that_contains_itself_is_shown_briefly() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert show(endless) == "[[[...]]]"


def test_a_message_about_a_huge_value_is_short() -> None:
    with pytest.raises(InputError, match="must be a number") as caught:
        TrialConfig.parse({"w1": nested(50)}, "mine.yaml")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("error", "line"),
    [(ValueError(" a\n  b\t"), "a b"), (MemoryError(), "MemoryError"), (OSError(2, "gone"), "[Errno 2] gone")],
)
def test_an_error_is_one_line_and_never_empty(error: Exception, line: str) -> None:
    assert one_line(error) == line


def test_a_terminal_gets_no_control_characters() -> None:
    assert plain("a\x1b[31m\nbücher\u202e") == "a [31m bücher "
