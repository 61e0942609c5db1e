"""A full disk, however it is reported."""

import errno


def disk_full(error: BaseException | None) -> bool:
    """Whether an error, or one that led to it, says that there is no room.

    Ray and pyarrow keep the text of an error of another process, not always its number.
    """
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if "No space left on device" in str(error) or "Disk quota exceeded" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False
