"""Recognising a full or unwritable disk from an error, however the error is reported."""

import errno

from rich.console import Console

from lstnet_search.io.console import say_command
from lstnet_search.tuning.failures.storage_retry import is_unavailable, text_says_unavailable

FULL, NO_WRITES = "is full", "can no longer be written"
"""Problems of a disk, as the predicate of a sentence."""

NOT_STORED = "a checkpoint cannot be stored"
"""First words of a trial's error when its checkpoint could not be stored, for whatever reason."""


def disk_full(error: BaseException | None) -> bool:
    """Whether an error, or one of its causes, says that no space is left.

    Ray and pyarrow keep the text of another process's error, but not always its number.
    """
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if _text_says_full(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def _text_says_full(text: str) -> bool:
    return "No space left on device" in text or "Disk quota exceeded" in text


def storage_problem(error: BaseException | None) -> str | None:
    """`FULL` or `NO_WRITES` if an error says that nothing can be written, or None."""
    if disk_full(error):
        return FULL
    return NO_WRITES if is_unavailable(error) else None


def storage_problem_in_text(text: str) -> str | None:
    """Like `storage_problem`, for the text of an error."""
    if _text_says_full(text):
        return FULL
    return NO_WRITES if NOT_STORED in text or text_says_unavailable(text) else None


def print_storage_problem(console: Console, problem: str, command: str) -> int:
    """Print that nothing could be written, why, and which command resumes the search.

    Returns:
        The exit code.
    """
    say_command(
        console,
        f"error: the disk {problem}, here or where the checkpoints are; everything that was reported is saved; "
        "fix the disk, then resume with",
        command,
    )
    return 1
