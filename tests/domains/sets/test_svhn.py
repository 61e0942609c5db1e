"""SVHN, with small made-up files in its format."""

from hashlib import md5
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.io import savemat
from torchvision.datasets import SVHN

from lstnet_search.domains import load
from lstnet_search.domains.sets.svhn import read_svhn
from lstnet_search.domains.verify import load_and_verify
from lstnet_search.errors import InputError


@pytest.fixture
def images(monkeypatch: pytest.MonkeyPatch) -> NDArray[np.uint8]:
    monkeypatch.setattr("lstnet_search.domains.sets.svhn.SVHN_COUNTS", {"train": 3, "test": 3})
    return np.random.default_rng(0).integers(0, 256, (32, 32, 3, 3), dtype=np.uint8)


def write(path: Path, images: NDArray[np.uint8]) -> Path:
    savemat(path, {"X": images, "y": np.array([[10], [1], [9]], dtype=np.uint8)})
    return path


def test_images_and_labels_are_read_and_label_10_becomes_0(tmp_path: Path, images: NDArray[np.uint8]) -> None:
    write(tmp_path / "train_32x32.mat", images)
    domain = load("svhn", "full", tmp_path, "train")
    assert domain.images.shape == (3, 3, 32, 32)
    assert domain.images[2, 1, 5, 7] == images[5, 7, 1, 2]
    assert domain.labels is not None
    assert domain.labels.tolist() == [0, 1, 9]
    assert domain.labels.dtype == torch.int64


def test_a_file_that_is_damaged_or_has_another_count_is_refused(tmp_path: Path, images: NDArray[np.uint8]) -> None:
    path = write(tmp_path / "test_32x32.mat", images[..., :2])
    with pytest.raises(InputError, match=r"test_32x32.mat is damaged or not the original \(2 images, not 3\)"):
        read_svhn(tmp_path, "test")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match=r"SVHN in .*test_32x32.mat is damaged"):
        read_svhn(tmp_path, "test")


def test_a_failed_download_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SVHN.split_list, "train", ["http://127.0.0.1:9/x", "train_32x32.mat", "0"])
    with pytest.raises(InputError, match=r"lacks train_32x32.mat, and the download failed .* give --data-dir DIR"):
        read_svhn(tmp_path, "train")
    assert not list(tmp_path.iterdir())


def test_it_is_not_bundled(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="svhn is not bundled; leave --bundled out"):
        load("svhn", "bundled", tmp_path, "train")


def test_the_original_is_recognised_by_its_checksum(
    tmp_path: Path, images: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "train_32x32.mat", images)
    with pytest.raises(InputError, match=r"svhn \(train\) in .* is not the original, although"):
        load_and_verify("svhn", "full", tmp_path, "train")
    monkeypatch.setitem(SVHN.split_list, "train", ["x", path.name, md5(path.read_bytes()).hexdigest()])
    assert load_and_verify("svhn", "full", tmp_path, "train")[1] == "the original, bit for bit"
