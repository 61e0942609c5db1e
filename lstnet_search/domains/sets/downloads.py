"""Downloads files of known sets with torchvision, and reports damaged ones."""

import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

from lstnet_search.errors import InputError, one_line
from lstnet_search.io.atomic import whole_file

TIMEOUT = 10.0
"""A download fails if the server is silent for this many seconds."""


@contextmanager
def reporting_damage(title: str, path: Path) -> Iterator[None]:
    """Turn any error of the code that reads a data file into one message.

    Raises:
        InputError: if the block raises.
    """
    try:
        yield
    except Exception as error:  # torchvision's readers index, assert and unpack: a damaged file can raise anything
        raise InputError(
            f"{title} in {path} is damaged or not the original ({one_line(error)}); restore the original files, "
            f"or delete them{or_bundled(title)}"
        ) from error


def or_bundled(title: str) -> str:
    """Advice for a set that comes with the package; empty for others."""
    return ", or use --bundled" if title in ("MNIST", "USPS") else ""


@contextmanager
def downloading(lack: str, advice: str) -> Iterator[Path]:
    """Download with torchvision: time out if the server is silent, and keep stdout clean.

    Args:
        lack: what is missing, for the message.
        advice: what the user can do if the download fails.

    Yields:
        An empty temporary folder. torchvision trusts any existing file, even what a broken download left behind, so
        files must be downloaded here and copied once they are complete.

    Raises:
        InputError: if the download fails.
    """
    timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT)  # torchvision sets no timeout and has no option for it
    try:
        with TemporaryDirectory() as folder, redirect_stdout(sys.stderr):
            yield Path(folder)
    except (RuntimeError, OSError, HTTPException) as error:
        raise InputError(f"{lack}, and the download failed ({one_line(error)}); {advice}") from error
    finally:
        socket.setdefaulttimeout(timeout)


def copy_atomically(downloaded: Path, target: Path) -> None:
    """Copy a complete file to `target`, so that a partial copy is never visible there. Create its folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with downloaded.open("rb") as source, whole_file(target) as file:
        shutil.copyfileobj(source, file)
