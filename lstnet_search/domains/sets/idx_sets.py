"""Sets in MNIST's format, wherever people keep their files below a data folder; missing files are downloaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lstnet_search.domains.domain import Domain, Part
from lstnet_search.domains.formats.idx import read_idx_file
from lstnet_search.domains.formats.trees import LocalTree
from lstnet_search.domains.sets.downloads import copy_atomically, downloading, or_bundled, reporting_damage

MNIST_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


@dataclass(frozen=True)
class IdxSet:
    """A set of images in IDX files.

    Attributes:
        name: the domain's name.
        title: torchvision's name of its class and folder.
        counts: number of images of each part.
        files: names of its files: images and labels for training, then for testing.
        class_names: names of its classes in the order of the labels in its files; None if they are digits. The domain's
            classes are in alphabetical order.
        first_label: the label of the first class in its files.
        lies_on_side: whether images are transposed in the files, as EMNIST's are.
        options: what torchvision's class needs to download it.
    """

    name: str
    title: str
    counts: Mapping[Part, int]
    files: tuple[str, str, str, str] = MNIST_FILES
    class_names: tuple[str, ...] | None = None
    first_label: int = 0
    lies_on_side: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


def read_idx_set(known: IdxSet, data_dir: Path, part: Part) -> Domain:
    """Read one part of a set.

    Its files may lie in `data_dir/TITLE/raw`, as torchvision puts them, in `data_dir/TITLE` or in `data_dir`;
    compressed or not; with Kaggle's names. A remark says where they were found, except in torchvision's folder.

    Raises:
        InputError: if files are missing and the download fails, or if they are damaged.
    """
    raw = data_dir / known.title / "raw"
    pairs = {"train": known.files[:2], "test": known.files[2:]}
    lacking = [name for pair in pairs.values() if _pair(known, data_dir, pair) is None for name in pair]
    missing = [name for name in lacking if _in_folder(raw, name) is None]
    if missing:
        _download(known, raw, missing)
    images_file, labels_file = _pair(known, data_dir, pairs[part]) or (raw / pairs[part][0], raw / pairs[part][1])
    with reporting_damage(known.title, images_file.parent):  # torchvision's class could read a pickle instead
        images, labels = _read(images_file), _read(labels_file)
        if labels.ndim == 2:  # QMNIST's labels also say who wrote the digit
            labels = labels[:, 0]
        if images.dtype != torch.uint8 or images.ndim != 3 or len(labels) != len(images):
            raise ValueError("these are not images and labels")
        if len(images) != known.counts[part]:
            raise ValueError(f"{len(images)} images, not {known.counts[part]}")
        labels = labels.long() - known.first_label
        in_order = None if known.class_names is None else tuple(sorted(known.class_names))
        if known.class_names is not None and in_order is not None:
            labels = torch.tensor([in_order.index(name) for name in known.class_names])[labels]
    images = images.transpose(1, 2).contiguous() if known.lies_on_side else images
    remarks = () if images_file.parent == raw else (f"{known.name}: its files were found as {images_file}",)
    return Domain(known.name, images.unsqueeze(1), labels, len(in_order or range(10)), in_order, remarks)


def _pair(known: IdxSet, data_dir: Path, names: tuple[str, str]) -> tuple[Path, Path] | None:
    """The files of images and of labels, both from one folder, because other sets use the same file names."""
    for folder in _folders(known, data_dir):
        images, labels = (_in_folder(folder, name) for name in names)
        if images is not None and labels is not None:
            return images, labels
    return None


def _folders(known: IdxSet, data_dir: Path) -> list[Path]:
    raw = data_dir / known.title / "raw"
    # Files with MNIST's names that lie in the data folder itself are MNIST's, unless that is called otherwise.
    at_top = known.files != MNIST_FILES or known.title.lower() in ("mnist", data_dir.name.lower())
    return [raw, raw / "gzip", raw.parent, *([data_dir] if at_top else [])]


def _in_folder(folder: Path, name: str) -> Path | None:
    kaggle = name.replace("-idx", ".idx")
    files = (folder / file for file in (name, f"{name}.gz", kaggle, f"{kaggle}.gz", f"{name}/{name}"))
    return next((file for file in files if file.is_file()), None)


def _read(path: Path) -> torch.Tensor:
    values = read_idx_file(LocalTree(path.parent, str(path), [path]), path.name)
    return torch.from_numpy(np.ascontiguousarray(values))


def _download(known: IdxSet, raw: Path, missing: list[str]) -> None:
    """Download a set's missing files into `raw`: all of them or none."""
    from torchvision import datasets

    advice = f"give --data-dir DIR with these files in DIR/{known.title}/raw{or_bundled(known.title)}"
    with downloading(f"{raw} lacks {', '.join(missing)}", advice) as folder:
        for train in (True, False):
            getattr(datasets, known.title)(folder, train=train, download=True, **known.options)
        for name in missing:
            copy_atomically(folder / known.title / "raw" / name, raw / name)
