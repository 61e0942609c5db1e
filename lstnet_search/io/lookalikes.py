"""What is printed for characters that the output's encoding does not have, such as ⇄ on a terminal without Unicode."""

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
"""Replacements of characters that the output's encoding may lack. They are as wide, so that tables stay aligned."""


def _lookalike(error: UnicodeError) -> tuple[str, int]:
    """Replace what cannot be encoded: an error handler for `codecs`."""
    assert isinstance(error, UnicodeEncodeError)
    signs = error.object[error.start : error.end]
    shown = (LOOKALIKES.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in signs)
    return "".join(shown), error.end


codecs.register_error(LOOKALIKE, _lookalike)
