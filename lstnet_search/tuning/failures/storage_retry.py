"""Retrying reads and writes while a storage is unavailable, as shared folders and object stores sometimes are."""

import errno
import re
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

RETRY_FOR_SECONDS = 120.0
RETRY_EVERY_SECONDS = 0.5

_UNAVAILABLE = {
    errno.EROFS: "Read-only file system",
    errno.EIO: "Input/output error",
    errno.ESTALE: "Stale file handle",
    errno.ENOTCONN: "Transport endpoint is not connected",
    errno.EHOSTDOWN: "Host is down",
}
"""Errors of a file system whose disk or server is unreachable -> their text, which is all that some libraries keep."""

_OBJECT_STORE_UNAVAILABLE = re.compile(
    "AWS Error (NETWORK_CONNECTION|SLOW_DOWN|THROTTLING|SERVICE_UNAVAILABLE|INTERNAL_FAILURE|REQUEST_TIMEOUT)|curlCode"
)
"""What pyarrow reports of an object store that cannot be reached or is overloaded."""


def is_unavailable(error: BaseException | None) -> bool:
    """Whether an error, or one of its causes, says that a storage does not answer or cannot be written for now."""
    while error is not None:
        if isinstance(error, OSError) and (error.errno in _UNAVAILABLE or text_says_unavailable(str(error))):
            return True
        error = error.__cause__ or error.__context__
    return False


def text_says_unavailable(text: str) -> bool:
    """Whether the text of an error says that a storage is unavailable."""
    return any(words in text for words in _UNAVAILABLE.values()) or _OBJECT_STORE_UNAVAILABLE.search(text) is not None


def retry_while_unavailable(action: Callable[[], Result], seconds: float = RETRY_FOR_SECONDS) -> Result:
    """Read or write, and try again while the storage is unavailable.

    Args:
        action: may be called several times.
        seconds: time after which the error is raised.
    """
    give_up = time.monotonic() + seconds
    while True:
        try:
            return action()
        except Exception as error:
            if not is_unavailable(error) or time.monotonic() > give_up:
                raise
        time.sleep(RETRY_EVERY_SECONDS)
