"""A disk that is full, or takes no writes, however it is reported."""

import errno

from rich.console import Console

from lstnet_search.tuning.failures.storage_retry import says_unwritable, unwritable

FULL, NO_WRITES = "is full", "takes no writes any more"

NOT_STORED = "a checkpoint cannot be stored"
"""Begins the error of a trial whose checkpoint found no place, for whatever reason."""


def disk_full(error: BaseException | None) -> bool:
    """Whether an error, or one that led to it, says that there is no room.

    Ray and pyarrow keep the text of an error of another process, not always its number.
    """
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if says_full(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def says_full(text: str) -> bool:
    """Whether the text of an error says that there is no room."""
    return "No space left on device" in text or "Disk quota exceeded" in text


def no_writes(error: BaseException | None) -> str | None:
    """Why nothing can be written, where that is what an error says."""
    if disk_full(error):
        return FULL
    return NO_WRITES if unwritable(error) else None


def says_no_writes(text: str) -> str | None:
    """Likewise, of the text of an error."""
    if says_full(text):
        return FULL
    return NO_WRITES if NOT_STORED in text or says_unwritable(text) else None


def say_no_writes(console: Console, why: str, command: str) -> int:
    """Say that nothing could be written, why, and which command goes on.

    Returns:
        The exit code.
    """
    console.print(
        f"error: the disk {why}, here or where the checkpoints are; what was reported is kept; "
        f"mend that, then go on with: {command}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    return 1
