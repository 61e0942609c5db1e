"""Files below a common root: their names, sizes and contents. Folders are one such tree; see also `other_trees`."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Protocol

from lstnet_search.errors import InputError

ALWAYS_ALLOWED = 256 * 2**20
"""A file may always expand to this many bytes."""
_MOST_EXPANSION = 200
"""A compressed file may expand to this many times its size. Images, which are compressed already, hardly expand."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a tree.

    Attributes:
        size: bytes.
        changed: modification time in nanoseconds; 0 if it is unknown.
    """

    size: int
    changed: int


class FileTree(Protocol):
    """Files below a common root.

    Attributes:
        where: the root as the user named it, for messages.
        identity: the root's location, the same in every working directory.
        files: the files by their path relative to the root, sorted. Hidden files are left out.
        folders: paths of all folders.
    """

    where: str
    identity: str
    files: dict[str, Entry]
    folders: set[str]

    def content(self, name: str) -> Path | BytesIO:
        """A file's path, or its bytes.

        Raises:
            OSError, ValueError: if it cannot be read.
        """
        ...

    def open(self, name: str) -> BinaryIO:
        """A file, open for reading and seeking; raises as `content`."""
        ...


class LocalTree:
    """A folder on this machine. Links to folders are followed; one that leads back to a folder above it is not."""

    def __init__(self, root: Path, where: str, chosen: list[Path] | None = None) -> None:
        """List the files.

        Args:
            root: the folder.
            where: as in `FileTree`.
            chosen: only these files, and the files in these folders; None for all.
        """
        self.root, self.where, self.identity = root, where, str(root.resolve())
        self.folders: set[str] = set()
        found: dict[str, Entry] = {}
        try:
            for each in [root] if chosen is None else chosen:
                name = "" if each == root else os.path.relpath(each, root).replace(os.sep, "/")
                if each.is_dir():
                    found.update(self._in_folder(str(each), f"{name}/" if name else "", {_identity(os.stat(each))}))
                else:
                    found.update(_entry(name, str(each)))
        except OSError as error:
            raise InputError(f"{where} cannot be listed ({error}); allow it to be read") from None
        self.files = dict(sorted(found.items()))
        if chosen is not None:
            self.identity = f"{self.identity} {list(self.files)!r}"

    def content(self, name: str) -> Path:
        """The file's path."""
        return self.root / name

    def open(self, name: str) -> BinaryIO:
        """The file, open for reading."""
        return (self.root / name).open("rb")

    def _in_folder(self, folder: str, prefix: str, above: set[tuple[int, int]]) -> Iterator[tuple[str, Entry]]:
        with os.scandir(folder) as children:
            for child in children:
                if is_ignored(child.name):
                    continue
                name = prefix + child.name
                if not child.is_dir():
                    yield from _entry(name, child.path)
                elif (identity := _identity(os.stat(child.path))) not in above:
                    self.folders.add(name)
                    yield from self._in_folder(child.path, f"{name}/", above | {identity})


def refuse_expansion(size: int, compressed: int) -> None:
    """Refuse data that claims to expand to far more than its compressed size.

    Args:
        size: bytes after expansion.
        compressed: bytes before.

    Raises:
        ValueError: if it is more than 256 MiB and more than 200 times as much.
    """
    if size > max(ALWAYS_ALLOWED, _MOST_EXPANSION * compressed):
        raise ValueError(f"{compressed} bytes that would expand to {size}")


def image_stat(path: str | Path) -> os.stat_result | None:
    """The stat() result, or None unless it is a regular file (reading a pipe would block).

    For a broken link it is the result for the link itself, so that the link is listed and then reported as unreadable.
    """
    try:
        status = os.stat(path)
    except OSError:
        status = os.lstat(path)
    return status if stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode) else None


def printable(name: str) -> str:
    """A path as text that a table can hold: bytes that are not UTF-8 are escaped."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _entry(name: str, path: str) -> Iterator[tuple[str, Entry]]:
    status = image_stat(path)
    if status is not None:
        yield name, Entry(status.st_size, status.st_mtime_ns)


def is_ignored(name: str) -> bool:
    """Whether a file or folder of that name is left out: hidden ones, and what macOS adds to zip files."""
    return name.startswith(".") or name == "__MACOSX"


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
