"""Secrets in what is printed or written down: masked."""

import os
import re

MASK = "***"

_NAMES = re.compile(r"SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|ACCESS_KEY|PRIVATE_KEY", re.IGNORECASE)
_PLACES = ("_PATH", "_FILE", "_URI", "_URL", "_DIR", "_MODE")
"""Endings of variables that say where a secret is, or how it is used, and hold none."""
_LEAST = 8
"""Characters of a variable's value at least: a shorter one would mask words."""

_USER = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)[^/?#\s'\"@]+@")
_VALUE = re.compile(
    r"(?P<name>[\w-]*(?:secret|token|password|passwd|credential|signature|api[_-]?key|access[_-]?key)[\w-]*)"
    r"(?P<equals>['\"]?\s*[=:]\s*['\"]?)[^\s'\"&;,]+",
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
    text = _USER.sub(rf"\g<scheme>{MASK}@", text)
    return _VALUE.sub(rf"\g<name>\g<equals>{MASK}", text)
