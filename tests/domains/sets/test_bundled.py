import json
import shutil
from pathlib import Path

import pytest
import torch

from lstnet_search.domains.domain import Domain, Part
from lstnet_search.domains.sets.bundled import BUNDLED, read_bundled
from lstnet_search.domains.sets.torchvision import read_mnist, read_usps_file
from lstnet_search.errors import InputError

USPS_CLASSES: dict[Part, list[int]] = {
    "train": [1194, 1005, 731, 658, 652, 556, 664, 645, 542, 644],
    "test": [359, 264, 198, 166, 200, 160, 170, 147, 166, 177],
}
MNIST_CLASSES: dict[Part, list[int]] = {  # of the full sets
    "train": [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    "test": [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BUNDLED, tmp_path / "bundled"))


def class_counts(domain: Domain) -> list[int]:
    assert domain.labels is not None
    return domain.labels.bincount().tolist()


@pytest.mark.parametrize(("part", "count"), [("train", 7291), ("test", 2007)])
def test_all_of_usps_is_bundled(part: Part, count: int) -> None:
    domain = read_bundled("usps", part)
    assert domain.images.shape == (count, 1, 16, 16)
    assert class_counts(domain) == USPS_CLASSES[part]


@pytest.mark.parametrize(("part", "count"), [("train", 10_000), ("test", 2_000)])
def test_bundled_mnist_keeps_the_share_of_each_class(part: Part, count: int) -> None:
    domain = read_bundled("mnist", part)
    assert domain.images.shape == (count, 1, 28, 28)
    shares = [count * full / sum(MNIST_CLASSES[part]) for full in MNIST_CLASSES[part]]
    assert all(abs(actual - share) < 1 for actual, share in zip(class_counts(domain), shares, strict=True))


def test_bundled_files_stay_below_7_mb() -> None:
    assert sum(path.stat().st_size for path in BUNDLED.iterdir()) <= 7_000_000


@pytest.mark.parametrize("part", ["train", "test"])
def test_bundled_usps_equals_the_original(part: Part, full_data: Path) -> None:
    bundled, original = read_bundled("usps", part), read_usps_file(full_data, part)
    assert bundled.fingerprint == original.fingerprint


@pytest.mark.parametrize("part", ["train", "test"])
def test_bundled_mnist_is_a_subset_of_the_original_in_its_order(part: Part, full_data: Path) -> None:
    bundled, original = read_bundled("mnist", part), read_mnist(full_data, part)
    assert bundled.labels is not None
    assert original.labels is not None
    following = iter(zip(original.images, original.labels.tolist(), strict=True))
    for image, label in zip(bundled.images, bundled.labels.tolist(), strict=True):
        assert any(label == other_label and torch.equal(image, other) for other, other_label in following)


def test_changed_file_is_refused(copy: Path) -> None:
    content = bytearray((copy / "usps.parquet").read_bytes())
    content[1000] ^= 1
    (copy / "usps.parquet").write_bytes(content)
    with pytest.raises(InputError, match=r"the checksum of .*usps\.parquet is not that in checksums\.json"):
        read_bundled("usps", "test", copy)


def test_file_without_a_checksum_is_refused(copy: Path) -> None:
    (copy / "checksums.json").write_text(json.dumps({}))
    with pytest.raises(InputError, match=r"the checksum of .*mnist\.parquet is not that in"):
        read_bundled("mnist", "test", copy)


@pytest.mark.parametrize("name", ["usps.parquet", "checksums.json"])
def test_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(InputError, match=rf"cannot read bundled data: .*{name}.*; install the package again"):
        read_bundled("usps", "test", copy)
