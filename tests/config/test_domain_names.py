"""How users name domains."""

from pathlib import Path

import pytest

from lstnet_search.config import TrialConfig
from lstnet_search.config.domain_names import UserImages, domain_name, parse_user_images, with_absolute_path
from lstnet_search.config.metrics import directions_of


@pytest.mark.parametrize(
    ("domain", "name"),
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
def test_a_domain_has_the_name_that_was_given_or_that_of_its_folder_or_file(domain: str, name: str) -> None:
    assert domain_name(domain) == name


def test_user_images_have_a_kind_and_a_path() -> None:
    assert parse_user_images("x=parquet:a:b") == UserImages("x", "parquet", "a:b")
    assert parse_user_images("usps") is None


def test_an_absolute_path_keeps_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert with_absolute_path("folder:cats") == f"folder:{tmp_path}/cats"
    assert with_absolute_path("left=folder:cats") == f"left=folder:{tmp_path}/cats"
    assert with_absolute_path("folder:.") == f"folder:{tmp_path}"
    (tmp_path / "cats").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "cats")
    assert with_absolute_path("folder:link") == f"link=folder:{tmp_path}/cats"
    assert with_absolute_path("images:s3://bucket/cats") == "images:s3://bucket/cats"
    assert with_absolute_path("mnist") == "mnist"


def test_directions_have_short_names() -> None:
    domains = ("mnist", "folder:/data/scans")
    assert directions_of(*domains) == ("mnist_to_scans", "scans_to_mnist")
    assert TrialConfig(domains=domains).domain_names == ("mnist", "scans")
