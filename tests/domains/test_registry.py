from pathlib import Path

import pytest
import torch
from image_files import fill

from lstnet_search.domains import Domain, load, load_pair
from lstnet_search.domains.registry import KNOWN_SETS, KnownSet, needs_full
from lstnet_search.errors import InputError


@pytest.mark.parametrize(("name", "shape"), [("mnist", (2000, 1, 28, 28)), ("usps", (2007, 1, 16, 16))])
def test_bundled_data_need_no_data_dir(name: str, shape: tuple[int, ...]) -> None:
    domain = load(name, "bundled", Path("does not exist"), "test")
    assert domain.name == name
    assert domain.images.shape == shape


def test_full_data_are_read_from_data_dir(full_data: Path) -> None:
    assert len(load("mnist", "full", full_data, "test")) == 10_000


def test_only_known_sets_that_are_not_bundled_need_the_full_data() -> None:
    assert not needs_full(("mnist", "textured", "folder:svhn"))
    assert needs_full(("mnist", "svhn"))


def test_unknown_domain_is_refused() -> None:
    with pytest.raises(
        InputError,
        match=r"unknown domain .letters.; allowed: mnist, usps, digits, svhn, .* folder:PATH, parquet:PATH: correct",
    ):
        load("letters", "bundled", Path("data"), "train")


@pytest.mark.parametrize(
    ("background", "labels", "message"),
    [
        (255, [3, 4], r"images of mnist \(train, full, in data\) .* dark digits"),
        (0, [0, 10], r"labels of mnist \(train, full, in data\) lie between 0 and 10"),
    ],
)
def test_loaded_images_are_checked(
    monkeypatch: pytest.MonkeyPatch, background: int, labels: list[int], message: str
) -> None:
    images = torch.full((2, 1, 28, 28), background, dtype=torch.uint8)
    images[:, :, 10:15, 10:15] = 255 - background
    domain = Domain("mnist", images, torch.tensor(labels))
    monkeypatch.setitem(KNOWN_SETS, "mnist", KnownSet(lambda _dir, _part: domain, side=28))
    with pytest.raises(InputError, match=message):
        load("mnist", "full", Path("data"), "train")


def test_an_unlabelled_domain_gets_the_classes_of_the_other(tmp_path: Path) -> None:
    fill(tmp_path / "scans", "a", "b")
    fill(tmp_path / "photos", "", count=50, size=(32, 32), mode="RGB")
    pair = load_pair((f"folder:{tmp_path}/scans", f"folder:{tmp_path}/photos"), "full", tmp_path, "train")
    assert pair.directions == ("scans_to_photos", "photos_to_scans")
    assert pair.b.labels is None
    assert (pair.b.classes, pair.b.class_names, pair.b.channels, pair.b.side) == (2, ("a", "b"), 3, 32)
    assert pair.a.channels == 1


def test_too_few_unlabelled_images_for_the_classes_of_the_other_are_refused(tmp_path: Path) -> None:
    fill(tmp_path / "few", "", count=60)
    with pytest.raises(InputError, match="has 48 training images; 10 classes need at least 160: add images"):
        load_pair(("usps", f"folder:{tmp_path}/few"), "bundled", tmp_path, "train")


def test_folders_with_the_same_name_are_refused_with_a_remedy(tmp_path: Path) -> None:
    specs = [f"folder:{fill(tmp_path / each / 'images', 'a', 'b')}" for each in ("left", "right")]
    with pytest.raises(InputError, match=rf"both domains are called 'images'; .* {specs[0]} other={specs[1]}"):
        load_pair((specs[0], specs[1]), "full", tmp_path, "train")
    pair = load_pair((specs[0], f"other={specs[1]}"), "full", tmp_path, "train")
    assert pair.directions == ("images_to_other", "other_to_images")
