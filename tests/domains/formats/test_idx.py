"""IDX files as they are found: compressed again, with Kaggle's names, in folders of their own names, EMNIST's."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from lstnet_search.domains import load
from lstnet_search.domains.domain import PARTS
from lstnet_search.domains.formats.opening import find_images
from lstnet_search.errors import InputError

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 10, 10), dtype=np.uint8)
LABELS = (np.arange(40) % 2).astype(np.uint8)


def idx(values: np.ndarray) -> bytes:
    """The content of an IDX file of bytes."""
    return struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.tobytes()


def write(path: Path, values: np.ndarray, packed: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(idx(values), 1) if packed else idx(values))


@pytest.mark.parametrize(
    ("images", "labels", "packed"),
    [
        ("{}-images-idx3-ubyte", "{}-labels-idx1-ubyte", False),
        ("{}-images-idx3-ubyte.gz", "{}-labels-idx1-ubyte.gz", True),
        ("{}-images.idx3-ubyte", "{}-labels.idx1-ubyte", False),  # Kaggle
        ("{}-images-idx3-ubyte/{}-images-idx3-ubyte", "{}-labels-idx1-ubyte/{}-labels-idx1-ubyte", False),  # Kaggle
        ("raw/{}-images-idx3-ubyte", "raw/{}-labels-idx1-ubyte", True),  # packed, but called as if not
    ],
)
def test_every_usual_name_and_packing_is_read(tmp_path: Path, images: str, labels: str, packed: bool) -> None:
    for part, rows in (("train", slice(0, 32)), ("t10k", slice(32, 40))):
        write(tmp_path / images.format(part, part), IMAGES[rows], packed)
        write(tmp_path / labels.format(part, part), LABELS[rows], packed)
    train, test = (load(f"folder:{tmp_path}", "full", tmp_path, part) for part in PARTS)
    assert torch.equal(train.images, torch.from_numpy(IMAGES[:32, None]))
    assert torch.equal(test.images, torch.from_numpy(IMAGES[32:, None]))
    assert train.labels is not None
    assert train.labels.tolist() == LABELS[:32].tolist()


def test_images_of_emnist_are_turned_upright(tmp_path: Path) -> None:
    for part, rows in (("train", slice(0, 32)), ("test", slice(32, 40))):
        write(tmp_path / f"emnist-digits-{part}-images-idx3-ubyte.gz", IMAGES[rows].swapaxes(1, 2), True)
        write(tmp_path / f"emnist-digits-{part}-labels-idx1-ubyte.gz", LABELS[rows], True)
    domain = load(f"images:{tmp_path}", "full", tmp_path, "train")
    assert torch.equal(domain.images, torch.from_numpy(IMAGES[:32, None]))
    assert "the images of EMNIST lie on their side in its files and were turned upright" in domain.remarks[0]


def test_labels_of_qmnist_are_the_first_column_of_their_file(tmp_path: Path) -> None:
    write(tmp_path / "qmnist-train-images-idx3-ubyte.gz", IMAGES, True)
    columns = np.stack([LABELS, *[np.arange(40)] * 7], axis=1).astype(">i4")
    path = tmp_path / "qmnist-train-labels-idx2-int.gz"
    path.write_bytes(gzip.compress(struct.pack(">BBBBII", 0, 0, 12, 2, 40, 8) + columns.tobytes(), 1))
    assert find_images(tmp_path).layout().labels == list(map(str, LABELS.tolist()))
    path.unlink()
    assert find_images(tmp_path).remarks == ("qmnist-train-images-idx3-ubyte.gz has no file of labels beside it",)


def test_sets_that_lie_together_are_told_apart_by_a_pattern(tmp_path: Path) -> None:
    for name in ("emnist-digits", "emnist-letters"):
        write(tmp_path / f"{name}-train-images-idx3-ubyte", IMAGES)
    with pytest.raises(InputError, match=r"holds the files of several sets .*; give one set by a pattern"):
        find_images(tmp_path)
    assert len(find_images(tmp_path / "emnist-digits-*")) == 40


def test_sets_in_folders_of_their_own_are_not_mixed_up(tmp_path: Path) -> None:
    """As torchvision keeps MNIST and Fashion-MNIST, whose files have the same names."""
    for name, values in (("MNIST", LABELS), ("FashionMNIST", 1 - LABELS)):
        write(tmp_path / name / "raw" / "train-images-idx3-ubyte", IMAGES)
        write(tmp_path / name / "raw" / "train-labels-idx1-ubyte", values)
    with pytest.raises(InputError, match="holds the files of several sets"):
        find_images(tmp_path)
    assert find_images(tmp_path / "MNIST").layout().labels == list(map(str, LABELS))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no idx", "it does not begin like an IDX file"),
        (idx(IMAGES)[:900], "it announces 40x10x10 values, but holds 884 bytes"),
        (struct.pack(">BBBB3I", 0, 0, 8, 3, 2**31, 2**10, 2**10), "bytes that would expand to"),
        (gzip.compress(idx(IMAGES))[:500], "damaged"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "train-images-idx3-ubyte").write_bytes(content)
    with pytest.raises(InputError, match=message):
        find_images(tmp_path)
