"""The error that a user can mend, and how pydantic's findings become one sentence of it."""

import reprlib
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

_REPR = reprlib.Repr()
_REPR.maxlevel = 2  # anchors of YAML can nest lists without end, and the default depth prints 400 kB of them
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
"""pydantic's kind of finding -> what a user reads after `name=value`."""


class InputError(ValueError):
    """Something the user gave cannot be used; the message says what, what is allowed, what to change."""


class VersionError(InputError):
    """A file is whole, but of another format version: unlike a damaged one it is not done without."""


def show(value: Any) -> str:
    """A value as a message quotes it: like `repr`, but short whatever it is."""
    try:
        return _REPR.repr(value)
    except ValueError:  # Python prints no whole number of more than 4300 digits
        return "a number of thousands of digits"


def plain(text: str) -> str:
    """A text from outside as it may stand on a terminal: one line, without the codes that terminals obey."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def explain(error: ValidationError, where: str, part: str = "") -> InputError:
    """Turn pydantic's list of findings into one message.

    Args:
        error: what pydantic found.
        where: what was being read, as a user knows it ("search_spaces/tied.yaml").
        part: which part of it, where the settings' names alone do not say ("lower bound 'low' of w3").

    Returns:
        An error with a sentence a finding: `w3=-1.0 must be >= 0; in search_spaces/tied.yaml`.
    """
    sentences = "; ".join(_sentence(finding) for finding in error.errors())
    return InputError(f"{sentences}; {part} in {where}" if part else f"{sentences}; in {where}")


def _sentence(finding: ErrorDetails) -> str:
    name = ".".join(part if isinstance(part, str) else show(part) for part in finding["loc"])
    given = show(finding["input"])
    context = finding.get("ctx", {})
    match finding["type"]:
        case "extra_forbidden":
            return f"unknown setting {show(name)}; remove it or correct its name"
        case "missing":
            return f"'{name}' is missing; add it"
        case "model_type":
            return f"{given} must be a mapping from settings to values"
        case "value_error":
            return f"{name}: {context['error']}" if name else str(context["error"])
    message = finding["msg"]
    rule = _RULES.get(finding["type"], f": {message[0].lower()}{message[1:]}")
    return f"{name}={given}{rule.format(**context)}"
