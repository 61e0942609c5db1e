"""A search whose images have moved continues if they are equal, and is refused at once if they are not."""

from pathlib import Path
from unittest.mock import patch

import pytest
from commands import refused
from image_files import draw, fill

from lstnet_search.cli.options.moved_images import record_moved_images
from lstnet_search.cli.options.reading import DataOptions
from lstnet_search.config import PRESETS, Space
from lstnet_search.config.domain_names import domain_name
from lstnet_search.config.search import SearchConfig
from lstnet_search.domains import load_pair
from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def begun(tmp_path: Path, **settings: object) -> ResultsFolder:
    """A search on two folders of images."""
    for name in ("left", "right"):
        fill(tmp_path / name, "a", "b", count=20, size=(40, 40))
    domains = (f"folder:{tmp_path}/left", f"folder:{tmp_path}/right")
    trial = PRESETS["cpu"].trial.override({"domains": domains, **settings}, "the test")
    pair = load_pair(trial.domains, "bundled", tmp_path, "train", trial.reading)
    space = Space.parse({"w1": {"type": "uniform", "low": 1, "high": 100}}, "mine.yaml")
    search = SearchConfig(preset="cpu", trial=trial, trials=1, space_file="mine.yaml", space=space)
    folder = ResultsFolder(tmp_path / "results" / "x")
    folder.create(
        {
            "search": search.model_dump(mode="json"),
            "data_dir": str(tmp_path),
            "data_fingerprint": pair.fingerprint,
        }
    )
    return folder


def move(tmp_path: Path) -> DataOptions:
    (tmp_path / "left").rename(tmp_path / "elsewhere")
    return DataOptions(domains=(f"left=folder:{tmp_path}/elsewhere", f"folder:{tmp_path}/right"))


def test_a_folder_that_moved_is_recorded_if_its_images_are_equal(tmp_path: Path) -> None:
    folder = begun(tmp_path)
    asked = move(tmp_path)
    record_moved_images(folder, asked, None)
    assert folder.read_search().config.trial.domains == asked.domains


def test_a_folder_with_another_image_is_refused_by_name(tmp_path: Path) -> None:
    folder = begun(tmp_path)
    asked = move(tmp_path)
    draw(tmp_path / "elsewhere" / "a" / "new.png", size=(40, 40))
    before = folder.search_file.read_bytes()
    with pytest.raises(InputError, match=r"the images of left are not those that .* was begun with"):
        record_moved_images(folder, asked, None)
    assert folder.search_file.read_bytes() == before


def test_a_search_that_an_earlier_version_began_at_side_32_continues_with_an_option(tmp_path: Path) -> None:
    folder = begun(tmp_path, sides={"left": 32, "right": 32})
    content = folder.read_search().config
    earlier = content.model_copy(update={"trial": content.trial.model_copy(update={"sides": {}})})
    folder.update_search(earlier.model_dump(mode="json"))
    assert "sides" not in folder.search_file.read_text()
    record_moved_images(folder, DataOptions(side=["32"]), None)
    assert folder.read_search().config.trial.sides == {"left": 32, "right": 32}


def test_a_changed_folder_is_refused_before_the_cluster_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(tmp_path)
    draw(tmp_path / "right" / "b" / "new.png", size=(40, 40))
    with patch("lstnet_search.tuning.search.on_cluster", side_effect=AssertionError("the cluster starts")):
        error = refused(capsys, "search", "--resume", "--name", "x", "--results-dir", tmp_path / "results")
    assert f"the images of folder:{tmp_path}/right differ; restore what was added, changed or removed" in error


def test_confirm_refuses_a_place_whose_name_is_not_one_of_the_search(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = begun(tmp_path)
    move(tmp_path)
    domains = (f"images:{tmp_path}/elsewhere", f"images:{tmp_path}/right")
    said = refused(capsys, "confirm", folder.path, "--domains", *domains)
    assert "are called elsewhere and right, those of the search left and right" in said


def test_options_by_name_hold_for_a_folder_that_is_a_link(tmp_path: Path) -> None:
    begun(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "left")
    asked = DataOptions(domains=(f"images:{tmp_path}/link", f"images:{tmp_path}/right"), side=("link=32",))
    first = asked.domain_settings(("mnist", "usps"))
    assert first["sides"] == {"link": 32}
    assert [domain_name(each) for each in first["domains"]] == ["link", "right"]
