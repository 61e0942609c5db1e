"""Temporary mounts, which need root."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory


@cache
def allowed() -> bool:
    """Whether this process may mount: it needs root, and a container that allows it."""
    with TemporaryDirectory() as folder:
        try:
            with small_disk(Path(folder), 1):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[None]:
    """Mount an empty disk of a given size on a folder."""
    _mount("-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder))
    try:
        yield
    finally:
        _unmount(folder)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Make a folder read-only."""
    _mount("--bind", str(folder), str(folder))
    try:
        _mount("-o", "remount,bind,ro", str(folder))
        yield
    finally:
        _unmount(folder)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True, text=True)


def _unmount(folder: Path) -> None:
    # Lazy, because processes may still have files open below the folder.
    subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True, text=True)
