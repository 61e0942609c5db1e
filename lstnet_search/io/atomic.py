"""Files and folders that are whole or absent at any moment."""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

UNFINISHED = re.compile(r"\..+\.[a-z0-9_]{8}\.part")
"""Names of what is being written, before it takes its place."""

_ENDING = ".part"
_ABANDONED_SECONDS = 3600


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file so that a reader sees the old content or the new, even after a power cut.

    Args:
        path: in an existing folder.
        content: bytes, or text that is encoded as UTF-8, in which bytes of names that are no text are written out.
    """
    with whole_file(path) as file:
        file.write(content.encode(errors="backslashreplace") if isinstance(content, str) else content)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write piece by piece; it takes its place when the block ends, never if that raises.

    Args:
        path: in an existing folder.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_ENDING)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
        _sync_folder(path.parent)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder to fill; it takes its place when the block ends, never if that raises.

    Args:
        path: absent, or an empty folder; in an existing folder.
    """
    temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=_ENDING))
    try:
        yield temporary
        temporary.chmod(0o755)
        temporary.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)  # what raised is what is told; `remove_abandoned` takes the rest
        raise


def remove_abandoned(folder: Path) -> None:
    """Remove what writers left in a folder when they were killed.

    What is younger than an hour may still be written by another process.
    """
    for path in folder.glob(f".*{_ENDING}"):
        with suppress(OSError):  # another process may remove it too
            if UNFINISHED.fullmatch(path.name) and time.time() - path.lstat().st_mtime > _ABANDONED_SECONDS:
                path.unlink()


def _sync_folder(folder: Path) -> None:
    """Wait until the disk has a folder's names: without that, a power cut may take back that a file was moved."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:  # some network file systems refuse it for a folder; the file itself is written
        pass
    finally:
        os.close(handle)
