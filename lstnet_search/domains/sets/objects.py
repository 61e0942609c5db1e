"""CIFAR-10 (Krizhevsky 2009) and STL-10 (Coates et al. 2011): photographs of objects; nine classes are in both."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from lstnet_search.domains.domain import Domain, Part
from lstnet_search.domains.sets.downloads import copy_atomically, downloading, reporting_damage

CIFAR10_CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)
STL10_CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "horse", "monkey", "ship", "truck"),
)
"""In alphabetical order, like all classes. What CIFAR-10 calls an automobile, STL-10 calls a car."""

STL10_NAMES_IN_FILE = ("airplane", "bird", "automobile", "cat", "deer", "dog", "horse", "monkey", "ship", "truck")
"""The classes in the order of the labels 1 to 10 in STL-10's files."""

CIFAR10_FILES: dict[Part, tuple[str, ...]] = {
    "train": tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    "test": ("test_batch.bin",),
}
CIFAR10_PER_FILE = 10_000
CIFAR10_FOLDER = "cifar-10-batches-bin"
CIFAR10_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
CIFAR10_MD5 = "c32a1d4ab5d03f1284b67883e8d87530"

STL10_FOLDER = "stl10_binary"
STL10_COUNTS: dict[Part, int] = {"train": 5000, "test": 8000}


def read_cifar10(data_dir: Path, part: Part) -> Domain:
    """Read CIFAR-10 from its binary files in `data_dir/cifar-10-batches-bin`. If one is missing, download all.

    The files that torchvision downloads are pickles, which can run code, so they are not read.

    Returns:
        Images (N, 3, 32, 32).

    Raises:
        InputError: if files are missing and the download fails, or if they are damaged.
    """
    folder = data_dir / CIFAR10_FOLDER
    names = CIFAR10_FILES[part]
    if any(not (folder / name).is_file() for name in names):
        _download_cifar10(folder)
    with reporting_damage("CIFAR-10", folder):
        rows = np.concatenate([_records(folder / name, 1 + 3 * 32 * 32) for name in names])
        if len(rows) != CIFAR10_PER_FILE * len(names):
            raise ValueError(f"{len(rows)} images, not {CIFAR10_PER_FILE * len(names)}")
    images = torch.from_numpy(rows[:, 1:].reshape(-1, 3, 32, 32).copy())
    return Domain("cifar10", images, torch.from_numpy(rows[:, 0].astype(np.int64)), 10, CIFAR10_CLASSES)


def read_stl10(data_dir: Path, part: Part) -> Domain:
    """Read the labelled images of STL-10 from `data_dir/stl10_binary`. If a file is missing, download all.

    Returns:
        Images (N, 3, 96, 96).

    Raises:
        InputError: as `read_cifar10`.
    """
    folder = data_dir / STL10_FOLDER
    images_file, labels_file = folder / f"{part}_X.bin", folder / f"{part}_y.bin"
    if not (images_file.is_file() and labels_file.is_file()):
        _download_stl10(folder)
    with reporting_damage("STL-10", folder):
        columns = _records(images_file, 3 * 96 * 96).reshape(-1, 3, 96, 96)
        in_file = np.fromfile(labels_file, np.uint8)
        if not len(columns) == len(in_file) == STL10_COUNTS[part]:
            raise ValueError(f"{len(columns)} images and {len(in_file)} labels, not {STL10_COUNTS[part]}")
        numbers = np.array([STL10_CLASSES.index(name) for name in STL10_NAMES_IN_FILE])
        labels = torch.from_numpy(numbers[in_file.astype(np.int64) - 1])
    images = torch.from_numpy(columns.transpose(0, 1, 3, 2).copy())  # the files hold the pixels column by column
    return Domain("stl10", images, labels, 10, STL10_CLASSES)


def _records(path: Path, length: int) -> NDArray[np.uint8]:
    content = np.fromfile(path, np.uint8)
    if len(content) % length:
        raise ValueError(f"{path.name} has {len(content)} bytes, which is not a whole number of images")
    return content.reshape(-1, length)


def _download_cifar10(folder: Path) -> None:
    from torchvision.datasets.utils import download_and_extract_archive

    advice = f"give --data-dir DIR with the files of CIFAR-10's binary version in DIR/{CIFAR10_FOLDER}"
    with downloading(f"{folder} lacks files of CIFAR-10", advice) as temporary:
        download_and_extract_archive(CIFAR10_URL, temporary, md5=CIFAR10_MD5)
        _copy_all(temporary / CIFAR10_FOLDER, folder, [name for names in CIFAR10_FILES.values() for name in names])


def _download_stl10(folder: Path) -> None:
    from torchvision.datasets import STL10

    advice = f"give --data-dir DIR with train_X.bin, train_y.bin, test_X.bin and test_y.bin in DIR/{STL10_FOLDER}"
    with downloading(f"{folder} lacks files of STL-10", advice) as temporary:
        STL10(temporary, download=True)
        names = [f"{part}_{kind}.bin" for part in ("train", "test") for kind in ("X", "y")]
        _copy_all(temporary / STL10_FOLDER, folder, names)


def _copy_all(source: Path, target: Path, names: Sequence[str]) -> None:
    for name in names:
        copy_atomically(source / name, target / name)
