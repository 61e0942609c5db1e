"""What is printed for signs that the output's encoding does not have, such as ⇄ on a terminal without Unicode."""

import codecs

LOOKALIKE = "lookalike"
"""Name of the error handler."""
LOOKALIKES = {
    **{"⇄": "=", "→": ">", "·": "-", "★": "*", "–": "-", "−": "-", "…": ".", "±": "~", "×": "x", "²": "2"},
    **{"━": "=", "╸": "=", "─": "-", "│": "|"},
    **dict(zip("▁▂▃▄▅▆▇█", "__--==##", strict=True)),
    **dict.fromkeys("‘’", "'"),
    **dict.fromkeys("“”", '"'),
}
"""What stands for a sign that the output's encoding does not have: one sign as wide, so that tables stay aligned."""


def _lookalike(error: UnicodeError) -> tuple[str, int]:
    """The replacement of what cannot be encoded, as an error handler of codecs."""
    assert isinstance(error, UnicodeEncodeError)
    signs = error.object[error.start : error.end]
    shown = (LOOKALIKES.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in signs)
    return "".join(shown), error.end


codecs.register_error(LOOKALIKE, _lookalike)
