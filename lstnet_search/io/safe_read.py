"""Reading files that others may have made."""

import errno
import stat
from pathlib import Path


def read_regular(path: Path) -> bytes:
    """The content of a file; a pipe in its place would be waited for without end, and is refused.

    Raises:
        OSError: if it cannot be read, or is no regular file nor a link to one.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # of a folder the system says what it is
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return path.read_bytes()
