"""The whole of MNIST and USPS, through torchvision."""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from lstnet_search.config import InputError
from lstnet_search.domains.bundled import read_bundled
from lstnet_search.domains.domain import Domain, Part

MNIST_COUNTS: dict[Part, int] = {"train": 60_000, "test": 10_000}
MNIST_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
USPS_COUNTS: dict[Part, int] = {"train": 7291, "test": 2007}
"""The original split, not that of CoGAN's file (7438 and 1860)."""
USPS_FILES: dict[Part, str] = {"train": "usps.bz2", "test": "usps.t.bz2"}
TIMEOUT = 10.0
"""Seconds that a server may stay silent before a download is given up."""


def read_mnist(data_dir: Path, part: Part) -> Domain:
    """Read all of MNIST from `data_dir`, and download what is missing there.

    Raises:
        InputError: if files are missing and the download fails, or if they are damaged.
    """
    from torchvision.datasets import MNIST

    raw = data_dir / "MNIST" / "raw"
    missing = [name for name in MNIST_FILES if not (raw / name).is_file()]
    if missing:
        _download_mnist(raw, missing)
    with _damage_reported("MNIST", raw):
        dataset = MNIST(data_dir, train=part == "train")
        return _domain("mnist", dataset.data, dataset.targets, MNIST_COUNTS[part])


def read_usps(data_dir: Path, part: Part) -> Domain:
    """Read all of USPS from `data_dir` if its file is there, else the same images as bundled.

    Raises:
        InputError: if the file is damaged.
    """
    if (data_dir / USPS_FILES[part]).is_file():
        return read_usps_file(data_dir, part)
    return read_bundled("usps", part)


def read_usps_file(data_dir: Path, part: Part) -> Domain:
    """Read all of USPS from torchvision's file in `data_dir`.

    Raises:
        InputError: if the file is missing or damaged.
    """
    from torchvision.datasets import USPS

    with _damage_reported("USPS", data_dir / USPS_FILES[part]):
        dataset = USPS(data_dir, train=part == "train")
        return _domain("usps", torch.from_numpy(dataset.data), dataset.targets, USPS_COUNTS[part])


def _domain(name: str, images: torch.Tensor, labels: Any, count: int) -> Domain:
    if len(images) != count:
        raise ValueError(f"{len(images)} images, not {count}")
    return Domain(name, images.unsqueeze(1), torch.as_tensor(labels, dtype=torch.int64))


@contextmanager
def _damage_reported(title: str, path: Path) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # torchvision's readers index, assert and unpack: damage can raise anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(
            f"{title} in {path} is damaged or not the original ({reason}); restore the original files, "
            "or delete them, or use --bundled"
        ) from error


def _download_mnist(raw: Path, missing: list[str]) -> None:
    """Put MNIST's missing files into `raw`, whole or not at all."""
    from torchvision.datasets import MNIST

    try:
        # Elsewhere first: torchvision would take a file that a broken download left for a good one.
        with TemporaryDirectory() as folder, _socket_timeout(TIMEOUT), redirect_stdout(sys.stderr):
            unpacked = Path(folder) / "MNIST" / "raw"
            unpacked.mkdir(parents=True)
            for archive in raw.glob("*.gz"):  # these need no network, torchvision unpacks them
                shutil.copy(archive, unpacked)
            MNIST(folder, download=True)
            raw.mkdir(parents=True, exist_ok=True)
            for name in missing:
                partial = raw / f"{name}.{os.getpid()}.part"
                shutil.copy(unpacked / name, partial)
                partial.replace(raw / name)
    except (RuntimeError, OSError, HTTPException) as error:
        raise InputError(
            f"{raw} lacks {', '.join(missing)}, and the download failed ({' '.join(str(error).split())}); "
            "give --data-dir DIR with these files in DIR/MNIST/raw, or use --bundled"
        ) from error


@contextmanager
def _socket_timeout(seconds: float) -> Iterator[None]:
    before = socket.getdefaulttimeout()  # torchvision sets none and offers none
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
