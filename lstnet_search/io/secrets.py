"""Secrets in what is printed or written down: masked."""

import os
import re

MASK = "***"

_NAMES = re.compile(r"SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|ACCESS_KEY|PRIVATE_KEY", re.IGNORECASE)
_PLACES = ("_PATH", "_FILE", "_URI", "_URL", "_DIR", "_MODE")
"""Endings of variables that say where a secret is, or how it is used, and hold none."""
_LEAST = 8
"""Characters of a variable's value at least: a shorter one would mask words."""

_WORD = re.compile(r"[^\s'\"]+")
_VALUE = re.compile(
    r"(?<![\w-])"  # looks at a word once, from its beginning, for it may be long
    r"(?P<name>(?=sig\b|[\w-]*?(?:secret|token|password|passwd|credential|signature|authorization|(?:api|access)[_-]?key))"
    r"[\w-]++)(?P<equals>['\"]?\s*+[=:]\s*+['\"]?(?:(?:Basic|Bearer)\s++)?)[^\s'\"&;,]+",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """A text without secrets.

    These are user names and passwords in addresses, what stands after `key=`, `token=` and the like, and what
    secret variables of this process hold.
    """
    for name, value in sorted(os.environ.items(), key=lambda item: -len(item[1])):
        if _NAMES.search(name) and not name.upper().endswith(_PLACES) and len(value) >= _LEAST:
            text = text.replace(value, MASK)
    text = _WORD.sub(_without_user, text)
    return _VALUE.sub(rf"\g<name>\g<equals>{MASK}", text)


def _without_user(word: re.Match[str]) -> str:
    """An address without its user and password, in which any sign may stand, if it is one."""
    scheme, _, rest = word[0].partition("://")
    _, at, host = rest.rpartition("@")
    return f"{scheme}://{MASK}@{host}" if at else word[0]
