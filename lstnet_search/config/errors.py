"""The error that a user can mend, and how pydantic's findings become one sentence of it."""

from pydantic import ValidationError


class InputError(ValueError):
    """Something the user gave cannot be used; the message says what, what is allowed, what to change."""


def explain(error: ValidationError, where: str) -> InputError:
    """Turn pydantic's list of findings into one message.

    Args:
        error: what pydantic found.
        where: what was being read, as a user knows it ("search_spaces/tied.yaml").

    Returns:
        An error with a sentence a finding: `w3=-1.0 must be >= 0; in search_spaces/tied.yaml`.
    """
    sentences = []
    for finding in error.errors():
        name = ".".join(str(part) for part in finding["loc"])
        context = finding.get("ctx", {})
        given = f"{name}={finding['input']!r}"
        match finding["type"]:
            case "extra_forbidden":
                sentences.append(f"unknown setting '{name}'; remove it or correct its name")
            case "missing":
                sentences.append(f"'{name}' is missing; add it")
            case "greater_than_equal":
                sentences.append(f"{given} must be >= {context['ge']}")
            case "greater_than":
                sentences.append(f"{given} must be > {context['gt']}")
            case "less_than_equal":
                sentences.append(f"{given} must be <= {context['le']}")
            case "less_than":
                sentences.append(f"{given} must be < {context['lt']}")
            case "finite_number":
                sentences.append(f"{given} must be a finite number")
            case "literal_error":
                sentences.append(f"{given} must be one of {context['expected']}")
            case "value_error":
                reason = str(context["error"])
                sentences.append(f"{name}: {reason}" if name else reason)
            case _:
                message = finding["msg"][0].lower() + finding["msg"][1:]
                sentences.append(f"{given}: {message}")
    return InputError(f"{'; '.join(sentences)}; in {where}")
