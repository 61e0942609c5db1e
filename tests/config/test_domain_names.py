"""How domains are asked for, and the sides that images are brought to."""

from pathlib import Path

import pytest

from lstnet_search.config import TrialConfig
from lstnet_search.config.domain_names import OwnImages, name_of, own_images, with_full_path
from lstnet_search.config.image_sides import side_for
from lstnet_search.config.metrics import directions_of


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("mnist", "mnist"),
        ("folder:pictures/cats and dogs", "cats_and_dogs"),
        ("folder:pictures/", "pictures"),
        ("parquet:here/drawn.parquet", "drawn"),
        ("left=folder:a=b/train", "left"),
        ("folder:/", "images"),
        ("folder:", "folder:"),
        ("bücher=folder:x", "bücher"),
    ],
)
def test_a_domain_is_called_as_its_folder_or_file_is_or_as_asked(asked: str, name: str) -> None:
    assert name_of(asked) == name


def test_kind_and_path_are_told_apart() -> None:
    assert own_images("x=parquet:a:b") == OwnImages("x", "parquet", Path("a:b"))
    assert own_images("usps") is None


def test_full_paths_keep_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert with_full_path("folder:cats") == f"folder:{tmp_path}/cats"
    assert with_full_path("left=folder:cats") == f"left=folder:{tmp_path}/cats"
    assert with_full_path("folder:.") == f"folder:{tmp_path}"
    assert with_full_path("mnist") == "mnist"


def test_directions_have_short_names() -> None:
    domains = ("mnist", "folder:/data/scans")
    assert directions_of(*domains) == ("mnist_to_scans", "scans_to_mnist")
    assert TrialConfig(domains=domains).domain_names == ("mnist", "scans")


@pytest.mark.parametrize(
    ("size", "side"),
    [((5, 9), 14), ((15, 15), 16), ((14, 22), 28), ((22, 16), 28), ((21, 3), 16), ((30, 30), 32), ((480, 640), 32)],
)
def test_the_side_is_the_nearest_to_the_longer_one_ties_upward(size: tuple[int, int], side: int) -> None:
    assert side_for(*size) == side
