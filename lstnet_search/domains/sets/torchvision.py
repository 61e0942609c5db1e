"""All of MNIST, Fashion-MNIST and USPS, read and downloaded with torchvision."""

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
from lstnet_search.errors import InputError, one_line
from lstnet_search.io.atomic import whole_file

MNIST_COUNTS: dict[Part, int] = {"train": 60_000, "test": 10_000}
MNIST_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
USPS_COUNTS: dict[Part, int] = {"train": 7291, "test": 2007}
"""The original split, not the one of CoGAN's file (7438 and 1860)."""
USPS_FILES: dict[Part, str] = {"train": "usps.bz2", "test": "usps.t.bz2"}
IdxSet = Literal["MNIST", "FashionMNIST"]
"""torchvision's names of classes and folders."""
TIMEOUT = 10.0
"""A download fails if the server is silent for this many seconds."""


def read_mnist(data_dir: Path, part: Part) -> Domain:
    """Read all of MNIST from `data_dir`. Missing files are downloaded first.

    Raises:
        InputError: if files are missing and the download fails, or if they are damaged.
    """
    return _read_idx("mnist", "MNIST", data_dir, part)


def read_fashion(data_dir: Path, part: Part) -> Domain:
    """Read all of Fashion-MNIST as `read_mnist` does: it has the same format, file names and counts."""
    return _read_idx("fashion", "FashionMNIST", data_dir, part)


def _read_idx(name: str, title: IdxSet, data_dir: Path, part: Part) -> Domain:
    from torchvision.datasets import mnist

    raw = data_dir / title / "raw"
    missing = [file for file in MNIST_FILES if not (raw / file).is_file()]
    if missing:
        _download_idx(title, raw, missing)
    images, labels = MNIST_FILES[:2] if part == "train" else MNIST_FILES[2:]
    with reporting_damage(title, raw):  # unlike torchvision's class, this reads no pickle of an earlier version
        return _domain(
            name,
            mnist.read_image_file(str(raw / images)),
            mnist.read_label_file(str(raw / labels)),
            MNIST_COUNTS[part],
        )


def read_usps(data_dir: Path, part: Part) -> Domain:
    """Read all of USPS: from its file in `data_dir` if there is one, otherwise the same images as bundled.

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

    with reporting_damage("USPS", data_dir / USPS_FILES[part]):
        dataset = USPS(data_dir, train=part == "train")
        return _domain("usps", torch.from_numpy(dataset.data), dataset.targets, USPS_COUNTS[part])


def _domain(name: str, images: torch.Tensor, labels: Any, expected_count: int) -> Domain:
    if len(images) != expected_count:
        raise ValueError(f"{len(images)} images, not {expected_count}")
    return Domain(name, images.unsqueeze(1), torch.as_tensor(labels, dtype=torch.int64))


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
            f"or delete them{_or_bundled(title)}"
        ) from error


def _or_bundled(title: str) -> str:
    return ", or use --bundled" if title in ("MNIST", "USPS") else ""


def _download_idx(title: IdxSet, raw: Path, missing: list[str]) -> None:
    """Download a set's missing files into `raw`: all of them or none."""
    from torchvision import datasets

    advice = f"give --data-dir DIR with these files in DIR/{title}/raw{_or_bundled(title)}"
    with downloading(f"{raw} lacks {', '.join(missing)}", advice) as folder:
        unpacked = folder / title / "raw"
        unpacked.mkdir(parents=True)
        for archive in raw.glob("*.gz"):  # torchvision unpacks these without a network
            shutil.copy(archive, unpacked)
        getattr(datasets, title)(folder, download=True)
        for name in missing:
            copy_atomically(unpacked / name, raw / name)


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
