"""Masking of secrets in text that is printed or written down."""

import os
import re

MASK = "***"

_SECRET_VARIABLE = re.compile(r"SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|ACCESS_KEY|PRIVATE_KEY", re.IGNORECASE)
_NOT_SECRET_ENDINGS = ("_PATH", "_FILE", "_URI", "_URL", "_DIR", "_MODE")
"""Endings of variables that say where a secret is or how it is used, but do not hold it."""
_SHORTEST_SECRET = 8
"""Values of variables with fewer characters are not masked, because they may be ordinary words."""

_WORD = re.compile(r"[^\s'\"]+")
_KEY_AND_VALUE = re.compile(
    r"(?<![\w-])"  # tries each word once, at its beginning: a word may be long
    r"(?P<key>(?=sig\b|[\w-]*?(?:secret|token|password|passwd|credential|signature|authorization|(?:api|access)[_-]?key))"
    r"[\w-]++)(?P<equals>['\"]?\s*+[=:]\s*+['\"]?(?:(?:Basic|Bearer)\s++)?)(?!\[Errno )[^\s'\"&;,]+",
    re.IGNORECASE,
)
_AFTER_PATH = (": ", "': ", '": ')


def masked(text: str) -> str:
    """Replace the secrets in a text by `***`.

    Secrets are user names and passwords in addresses, what follows `password=`, `token:` and the like, and the values
    of this process's environment variables with names like these. What follows the path of a file, as in
    `.ray/auth_token: ...`, is not masked: it is an error's message.
    """
    for name, value in sorted(os.environ.items(), key=lambda item: -len(item[1])):
        if _is_secret(name) and len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, MASK)
    return _KEY_AND_VALUE.sub(_mask_value, _WORD.sub(_mask_user, text))


def _is_secret(variable: str) -> bool:
    return bool(_SECRET_VARIABLE.search(variable)) and not variable.upper().endswith(_NOT_SECRET_ENDINGS)


def _mask_user(word: re.Match[str]) -> str:
    """Mask the user and password, which may contain any character, if the word is an address that has them."""
    scheme, _, rest = word[0].partition("://")
    _, at, host = rest.rpartition("@")
    return f"{scheme}://{MASK}@{host}" if at else word[0]


def _mask_value(found: re.Match[str]) -> str:
    after_path = found.string[found.start() - 1 : found.start()] == "/" and found["equals"] in _AFTER_PATH
    return found[0] if after_path else f"{found['key']}{found['equals']}{MASK}"
