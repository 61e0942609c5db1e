"""Errors that a user can correct, and short, one-line texts for their messages."""

import reprlib
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

_REPR = reprlib.Repr()
_REPR.maxlevel = 2  # YAML anchors can nest lists endlessly, and the default depth would print 400 kB of them
_REPR.maxlist = 4
_REPR.maxstring = _REPR.maxlong = _REPR.maxother = 60

_RULES = {
    "greater_than_equal": " must be >= {ge:.10g}",
    "greater_than": " must be > {gt:.10g}",
    "less_than_equal": " must be <= {le:.10g}",
    "less_than": " must be < {lt:.10g}",
    "literal_error": " must be one of {expected}",
    "finite_number": " must be a finite number",
    "float_type": " must be a number",
    "float_parsing": " must be a number",
    "int_type": " must be a whole number",
    "int_parsing": " must be a whole number",
    "int_parsing_size": " must be a whole number",
    "int_from_float": " must be a whole number",
}
"""Type of a pydantic error -> what the message says after `name=value`."""


class InputError(ValueError):
    """The user gave something unusable. The message names it and says what is allowed and what to change."""

    def _render_traceback_(self) -> list[str]:
        """What IPython and notebooks show in place of a traceback."""
        return [f"error: {plain(str(self))}"]


class VersionError(InputError):
    """A file has another format version. Unlike a damaged file, it is never skipped or replaced."""


def show(value: Any) -> str:
    """Quote a value in a message: like `repr`, but always short."""
    try:
        return _REPR.repr(value)
    except ValueError:  # Python refuses to print whole numbers of more than 4300 digits
        return "a number of thousands of digits"


def listed(texts: Iterable[str], most: int = 5) -> str:
    """The first texts, separated by commas, and how many more there are."""
    every = list(texts)
    return ", ".join(every[:most]) + (f" and {len(every) - most} more" if len(every) > most else "")


def one_line(error: BaseException) -> str:
    """An error's text on one line, or the name of its class if it has no text."""
    return " ".join(str(error).split()) or type(error).__name__


def plain(text: str) -> str:
    """Make text from outside safe to print: one line, without control characters that a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text)


def explain(error: ValidationError, where: str, part: str = "") -> InputError:
    """Turn pydantic's errors into one message.

    Args:
        error: pydantic's errors.
        where: what was read, as the user calls it ("search_spaces/tied.yaml").
        part: which part of it is wrong, if the names of the settings do not show it ("lower bound 'low' of w3").

    Returns:
        An error with one clause per problem: `w3=-1.0 must be >= 0; in search_spaces/tied.yaml`.
    """
    clauses = "; ".join(_clause(details) for details in error.errors())
    return InputError(f"{clauses}; {part} in {where}" if part else f"{clauses}; in {where}")


def _clause(details: ErrorDetails) -> str:
    name = ".".join(part if isinstance(part, str) else show(part) for part in details["loc"])
    given = show(details["input"])
    context = details.get("ctx", {})
    match details["type"]:
        case "extra_forbidden":
            return f"unknown setting {show(name)}; remove it or correct its name"
        case "missing":
            return f"'{name}' is missing; add it"
        case "model_type":
            return f"{given} must be a mapping from settings to values"
        case "value_error":
            return f"{name}: {context['error']}" if name else str(context["error"])
    message = details["msg"]
    rule = _RULES.get(details["type"], f": {message[0].lower()}{message[1:]}")
    return f"{name}={given}{rule.format(**context)}"
