"""Reading files that others may have made."""

import errno
import stat
from pathlib import Path


def read_regular(path: Path) -> bytes:
    """Read a regular file; anything else is refused, because reading a pipe would block forever.

    Raises:
        OSError: if it cannot be read, or is neither a regular file nor a link to one.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # for a folder, the system's own error is clear
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return path.read_bytes()
