"""All of MNIST, Fashion-MNIST and USPS, in torchvision's files."""

from pathlib import Path
from typing import Any

import torch

from lstnet_search.domains.domain import Domain, Part
from lstnet_search.domains.sets.bundled import read_bundled
from lstnet_search.domains.sets.downloads import reporting_damage
from lstnet_search.domains.sets.idx_sets import IdxSet, read_idx_set

MNIST_COUNTS: dict[Part, int] = {"train": 60_000, "test": 10_000}
USPS_COUNTS: dict[Part, int] = {"train": 7291, "test": 2007}
"""The original split, not the one of CoGAN's file (7438 and 1860)."""
USPS_FILES: dict[Part, str] = {"train": "usps.bz2", "test": "usps.t.bz2"}


def read_mnist(data_dir: Path, part: Part) -> Domain:
    """Read all of MNIST from `data_dir`. Missing files are downloaded first.

    Raises:
        InputError: if files are missing and the download fails, or if they are damaged.
    """
    return read_idx_set(IdxSet("mnist", "MNIST", MNIST_COUNTS), data_dir, part)


def read_fashion(data_dir: Path, part: Part) -> Domain:
    """Read all of Fashion-MNIST as `read_mnist` does: it has the same format, file names and counts."""
    return read_idx_set(IdxSet("fashion", "FashionMNIST", MNIST_COUNTS), data_dir, part)


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
