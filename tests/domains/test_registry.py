from pathlib import Path

import pytest
import torch

import lstnet_search.domains as room
from lstnet_search.domains import Domain, load
from lstnet_search.domains.registry import SOURCES, Source
from lstnet_search.errors import InputError


def test_room_exports_what_other_rooms_use() -> None:
    assert set(room.__all__) == {
        "Augmentation",
        "Batches",
        "Domain",
        "DomainPair",
        "IMAGES_ALONE",
        "Inputs",
        "Part",
        "load",
        "load_pair",
        "resize_to",
        "split",
        "to_bytes",
        "to_unit_range",
    }


@pytest.mark.parametrize(("name", "shape"), [("mnist", (2000, 1, 28, 28)), ("usps", (2007, 1, 16, 16))])
def test_bundled_data_need_no_data_dir(name: str, shape: tuple[int, ...]) -> None:
    domain = load(name, "bundled", Path("does not exist"), "test")
    assert domain.name == name
    assert domain.images.shape == shape


def test_full_data_are_read_from_data_dir(full_data: Path) -> None:
    assert len(load("mnist", "full", full_data, "test")) == 10_000


def test_unknown_domain_is_refused() -> None:
    with pytest.raises(
        InputError,
        match=r"unknown domain .letters.; allowed: mnist, usps, svhn, .* folder:PATH, parquet:PATH: correct",
    ):
        load("letters", "bundled", Path("data"), "train")


def test_loaded_images_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    def inverted(data_dir: Path, part: str) -> Domain:
        images = torch.full((2, 1, 28, 28), 255, dtype=torch.uint8)
        images[:, :, 10:15, 10:15] = 0
        return Domain("mnist", images, torch.tensor([3, 4]))

    monkeypatch.setitem(SOURCES, "mnist", Source(read_full=inverted, side=28))
    with pytest.raises(InputError, match=r"images of mnist \(train, full, in data\) .* dark digits"):
        load("mnist", "full", Path("data"), "train")
    monkeypatch.setitem(SOURCES, "mnist", Source(read_full=lambda _dir, _part: labelled_10(), side=28))
    with pytest.raises(InputError, match=r"labels of mnist \(test, full, in data\) lie between 0 and 10"):
        load("mnist", "full", Path("data"), "test")


def labelled_10() -> Domain:
    images = torch.zeros(2, 1, 28, 28, dtype=torch.uint8)
    images[:, :, 10:15, 10:15] = 255
    return Domain("mnist", images, torch.tensor([0, 10]))
