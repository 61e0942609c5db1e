"""The whole of MNIST, Fashion-MNIST and USPS, through torchvision."""

import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import torch

from lstnet_search.domains.domain import Domain, Part
from lstnet_search.domains.sets.bundled import read_bundled
from lstnet_search.errors import InputError
from lstnet_search.io.atomic import whole_file

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
IdxSet = Literal["MNIST", "FashionMNIST"]
"""In torchvision's words, which are those of its folders."""
TIMEOUT = 10.0
"""Seconds that a server may stay silent before a download is given up."""


def read_mnist(data_dir: Path, part: Part) -> Domain:
    """Read all of MNIST from `data_dir`, and download what is missing there.

    Raises:
        InputError: if files are missing and the download fails, or if they are damaged.
    """
    return _read_idx("mnist", "MNIST", data_dir, part)


def read_fashion(data_dir: Path, part: Part) -> Domain:
    """Read all of Fashion-MNIST as `read_mnist` does: the same format, names of files and counts."""
    return _read_idx("fashion", "FashionMNIST", data_dir, part)


def _read_idx(name: str, title: IdxSet, data_dir: Path, part: Part) -> Domain:
    from torchvision.datasets import mnist

    raw = data_dir / title / "raw"
    missing = [name for name in MNIST_FILES if not (raw / name).is_file()]
    if missing:
        _download_idx(title, raw, missing)
    images, labels = MNIST_FILES[:2] if part == "train" else MNIST_FILES[2:]
    with damage_reported(title, raw):  # not by torchvision's class, which prefers pickles of its earlier versions
        return _domain(
            name,
            mnist.read_image_file(str(raw / images)),
            mnist.read_label_file(str(raw / labels)),
            MNIST_COUNTS[part],
        )


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

    with damage_reported("USPS", data_dir / USPS_FILES[part]):
        dataset = USPS(data_dir, train=part == "train")
        return _domain("usps", torch.from_numpy(dataset.data), dataset.targets, USPS_COUNTS[part])


def _domain(name: str, images: torch.Tensor, labels: Any, count: int) -> Domain:
    if len(images) != count:
        raise ValueError(f"{len(images)} images, not {count}")
    return Domain(name, images.unsqueeze(1), torch.as_tensor(labels, dtype=torch.int64))


@contextmanager
def damage_reported(title: str, path: Path) -> Iterator[None]:
    """Whatever a reader of damaged files raises becomes one message.

    Raises:
        InputError: if the block raises.
    """
    try:
        yield
    except Exception as error:  # torchvision's readers index, assert and unpack: damage can raise anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(
            f"{title} in {path} is damaged or not the original ({reason}); restore the original files, "
            f"or delete them{_or_bundled(title)}"
        ) from error


def _or_bundled(title: str) -> str:
    return ", or use --bundled" if title in ("MNIST", "USPS") else ""


def _download_idx(title: IdxSet, raw: Path, missing: list[str]) -> None:
    """Put a set's missing files into `raw`, whole or not at all."""
    from torchvision import datasets

    try:
        # Elsewhere first: torchvision would take a file that a broken download left for a good one.
        with TemporaryDirectory() as folder, patience(), redirect_stdout(sys.stderr):
            unpacked = Path(folder) / title / "raw"
            unpacked.mkdir(parents=True)
            for archive in raw.glob("*.gz"):  # these need no network, torchvision unpacks them
                shutil.copy(archive, unpacked)
            getattr(datasets, title)(folder, download=True)
            for name in missing:
                put(unpacked / name, raw / name)
    except (RuntimeError, OSError, HTTPException) as error:
        raise InputError(
            f"{raw} lacks {', '.join(missing)}, and the download failed ({' '.join(str(error).split())}); "
            f"give --data-dir DIR with these files in DIR/{title}/raw{_or_bundled(title)}"
        ) from error


def put(downloaded: Path, target: Path) -> None:
    """Copy a file that is whole to its place, whole at any moment, making its folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with downloaded.open("rb") as source, whole_file(target) as file:
        shutil.copyfileobj(source, file)


@contextmanager
def patience() -> Iterator[None]:
    """Servers may be silent for `TIMEOUT`; torchvision sets no bound and offers none."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
