"""Atomic writes: a file or folder is complete or absent at any moment."""

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

UNFINISHED = re.compile(r"\..+\.[a-z0-9_]{8}\.part")
"""Names of temporary files and folders, which are renamed when they are complete."""

_ABANDONED_SECONDS = 3600


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file atomically: a reader sees the old content or the new one, even after a power cut.

    Args:
        path: a file in an existing folder.
        content: bytes, or text that is encoded as UTF-8; bytes of file names that are not text are escaped.
    """
    with whole_file(path) as file:
        file.write(content.encode(errors="backslashreplace") if isinstance(content, str) else content)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file that replaces `path` when the block ends, and is removed if the block raises.

    Args:
        path: a file in an existing folder. Permissions follow the umask, as with `open`.
    """
    temporary = _temporary(path)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Make a temporary folder that becomes `path` when the block ends, and is removed if the block raises.

    Args:
        path: absent, or an empty folder; its parent exists. Permissions follow the umask, as with `mkdir`.
    """
    temporary = _temporary(path)
    temporary.mkdir()
    try:
        yield temporary
        temporary.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)  # the block's error matters more than an error here
        raise


def remove_abandoned(folder: Path) -> None:
    """Remove temporary files that killed processes left in a folder.

    Files younger than an hour stay: another process may still write them.
    """
    for path in folder.glob(".*.part"):
        with suppress(OSError):  # another process may remove it too
            if UNFINISHED.fullmatch(path.name) and time.time() - path.lstat().st_mtime > _ABANDONED_SECONDS:
                path.unlink()


def _temporary(path: Path) -> Path:
    """A new path next to `path` whose name matches `UNFINISHED`."""
    return path.parent / f".{path.name}.{secrets.token_hex(4)}.part"


def _sync_folder(folder: Path) -> None:
    """Flush a folder to disk: without that, a power cut can undo a rename."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:  # some network file systems cannot sync a folder; the file itself is on disk
        pass
    finally:
        os.close(handle)
