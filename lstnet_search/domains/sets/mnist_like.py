"""EMNIST, KMNIST and QMNIST: sets of handwriting in MNIST's format, in the folders where torchvision puts them."""

from pathlib import Path
from string import ascii_lowercase

from lstnet_search.domains.domain import Domain, Part
from lstnet_search.domains.sets.idx_sets import IdxSet, read_idx_set


def _files(prefix: str, test: str, labels: str = "labels-idx1-ubyte") -> tuple[str, str, str, str]:
    train = f"{prefix}-train"
    images = "images-idx3-ubyte"
    return f"{train}-{images}", f"{train}-{labels}", f"{prefix}-{test}-{images}", f"{prefix}-{test}-{labels}"


EMNIST_DIGITS = IdxSet(
    "emnist",
    "EMNIST",
    {"train": 240_000, "test": 40_000},
    _files("emnist-digits", "test"),
    lies_on_side=True,
    options={"split": "digits"},
)
"""The digits of EMNIST (Cohen et al. 2017), bright on dark like MNIST's."""

EMNIST_LETTERS = IdxSet(
    "emnist-letters",
    "EMNIST",
    {"train": 124_800, "test": 20_800},
    _files("emnist-letters", "test"),
    class_names=tuple(ascii_lowercase),
    first_label=1,
    lies_on_side=True,
    options={"split": "letters"},
)
"""The letters a to z of the same set; upper and lower case are one class."""

KMNIST = IdxSet(
    "kmnist",
    "KMNIST",
    {"train": 60_000, "test": 10_000},
    class_names=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
)
"""Ten characters of old Japanese books (Clanuwat et al. 2018)."""

QMNIST = IdxSet(
    "qmnist",
    "QMNIST",
    {"train": 60_000, "test": 60_000},
    _files("qmnist", "test", "labels-idx2-int"),
)
"""MNIST made again from the same sources, with its whole test set (Yadav and Bottou 2019)."""


def read_emnist(data_dir: Path, part: Part) -> Domain:
    """Read EMNIST's digits; see `read_idx_set`."""
    return read_idx_set(EMNIST_DIGITS, data_dir, part)


def read_emnist_letters(data_dir: Path, part: Part) -> Domain:
    """Read EMNIST's letters; see `read_idx_set`."""
    return read_idx_set(EMNIST_LETTERS, data_dir, part)


def read_kmnist(data_dir: Path, part: Part) -> Domain:
    """Read KMNIST; see `read_idx_set`. The classes are sorted by name, as those of other sets are."""
    return read_idx_set(KMNIST, data_dir, part)


def read_qmnist(data_dir: Path, part: Part) -> Domain:
    """Read QMNIST; see `read_idx_set`."""
    return read_idx_set(QMNIST, data_dir, part)
