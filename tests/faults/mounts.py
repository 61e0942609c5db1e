"""Mounts, where they are allowed, and never longer than a block."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory


@cache
def allowed() -> bool:
    """Whether this process may mount: it takes root, and a container that lets it."""
    with TemporaryDirectory() as made:
        try:
            with small_disk(Path(made), 1):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[None]:
    """An empty disk of a size over a folder."""
    _mount("-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder))
    try:
        yield
    finally:
        _unmount(folder)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder that can be read and not written to."""
    _mount("--bind", str(folder), str(folder))
    try:
        _mount("-o", "remount,bind,ro", str(folder))
        yield
    finally:
        _unmount(folder)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True, text=True)


def _unmount(folder: Path) -> None:
    # Lazily: what is still open below it keeps it, and nobody else sees it any more.
    subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True, text=True)
