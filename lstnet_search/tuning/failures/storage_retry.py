"""Waiting for a storage that takes no writes for a while, as shared folders do now and then."""

import errno
import re
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

PATIENCE_SECONDS = 120.0
AGAIN_AFTER_SECONDS = 0.5

_PASSING = {
    errno.EROFS: "Read-only file system",
    errno.EIO: "Input/output error",
    errno.ESTALE: "Stale file handle",
    errno.ENOTCONN: "Transport endpoint is not connected",
    errno.EHOSTDOWN: "Host is down",
}
"""What file systems say whose disk or server is away -> the words, which are all that other libraries keep of it."""

_OBJECT_STORE = re.compile(
    "AWS Error (NETWORK_CONNECTION|SLOW_DOWN|THROTTLING|SERVICE_UNAVAILABLE|INTERNAL_FAILURE|REQUEST_TIMEOUT)|curlCode"
)
"""What pyarrow says of an object store that is away or has too much to do."""


def unwritable(error: BaseException | None) -> bool:
    """Whether an error, or one that led to it, says that a storage does not answer or takes no writes, for a while."""
    while error is not None:
        if isinstance(error, OSError) and (error.errno in _PASSING or says_unwritable(str(error))):
            return True
        error = error.__cause__ or error.__context__
    return False


def says_unwritable(text: str) -> bool:
    """Whether the text of an error says so."""
    return any(words in text for words in _PASSING.values()) or _OBJECT_STORE.search(text) is not None


def outlast(write: Callable[[], Result], seconds: float = PATIENCE_SECONDS) -> Result:
    """Write or read, and where the storage does not answer or takes no writes, try it again for a while.

    Args:
        write: may be called several times.
        seconds: after which the error is let through.
    """
    give_up = time.monotonic() + seconds
    while True:
        try:
            return write()
        except Exception as error:
            if not unwritable(error) or time.monotonic() > give_up:
                raise
        time.sleep(AGAIN_AFTER_SECONDS)
