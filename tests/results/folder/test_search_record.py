"""Records of this version and of earlier ones: a missing key is reported only when it is needed."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError
from lstnet_search.results.confirmation.files import read_confirmation
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.search_record import SearchRecord
from lstnet_search.results.table2 import Table2Folder

STUDIES = Path(__file__).parents[3] / "docs" / "studies"
SEARCH_FILES = sorted(STUDIES.rglob("search.yaml"))


def record(**changes: Any) -> SearchRecord:
    """The record of a small search."""
    space = Space.parse({"w3": 100, "w1": {"type": "loguniform", "low": 1, "high": 1000}}, "mine.yaml")
    config = SearchConfig(preset="cpu", trial=PRESETS["cpu"].trial, trials=8, space_file="mine.yaml", space=space)
    content = {"search": config.model_dump(mode="json") | changes, "data_dir": "data", "data_fingerprint": "made-up"}
    return SearchRecord.parse(content, "mine/search.yaml")


def test_there_are_studies_of_earlier_versions() -> None:
    assert SEARCH_FILES


@pytest.mark.parametrize("file", SEARCH_FILES, ids=lambda file: str(file.parent.relative_to(STUDIES)))
def test_studies_of_earlier_versions_are_read(file: Path) -> None:
    folder = ResultsFolder(file.parent)
    found = folder.read_search()
    content = yaml.safe_load(file.read_text())
    assert found.search.trial.steps == content["search"]["trial"]["steps"]
    assert found.search.space.drawn or found.search.trial.method == "no_translation"
    assert found.config.trial.method == found.search.trial.method
    assert found.versions["lstnet-search"] == "0.1.0"
    confirmation = read_confirmation(folder)
    if confirmation is not None:
        assert confirmation.best.target.half_width is not None
        assert confirmation.test_fingerprint == yaml.safe_load(folder.confirmation_file.read_text())["test_fingerprint"]


def test_the_table2_of_an_earlier_version_is_read() -> None:
    for file in STUDIES.rglob("table2.yaml"):
        assert Table2Folder(file.parent).read().budget


def test_settings_of_a_search_come_back_complete() -> None:
    found = record(direction="usps_to_mnist", seeds=3)
    assert found.config.seeds == found.search.seeds == 3
    assert found.search.searched_directions == ("usps_to_mnist",)
    assert found.search.directions == ("mnist_to_usps", "usps_to_mnist")
    assert found.search.space.drawn == ["w1"]
    assert record().search.metric == "target_accuracy"
    assert record(select_by="snd").search.metric == "snd"


def test_a_search_of_an_earlier_version_goes_on_with_single_seeds_unless_its_trials_had_several() -> None:
    assert record(repeats=1).config.seeds == 1
    assert record(repeats=3).search.repeats == 3
    with pytest.raises(InputError, match="was searched with --repeats 3, which this version does not have"):
        _ = record(repeats=3).config


def test_what_earlier_versions_did_not_record_has_its_value_of_that_time() -> None:
    found = SearchRecord.parse({"search": {"trial": {"domains": ["mnist", "usps"]}}, "placement": {"cpu": 1}}, "it")
    assert (found.search.repeats, found.search.direction, found.search.scheduler) == (1, "both", "asha")
    assert (found.search.trial.method, found.search.trial.width) == ("lstnet", None)
    assert (found.command, found.storage, found.versions) == ("", None, {})


@pytest.mark.parametrize(
    ("content", "read", "key"),
    [
        ({}, lambda record: record.search, "search"),
        ({}, lambda record: record.config, "search"),
        ({}, lambda record: record.data_dir, "data_dir"),
        ({"search": {}}, lambda record: record.search.trials, "trials"),
        ({"search": {}}, lambda record: record.search.directions, "trial"),
        ({"search": {"trial": {}}}, lambda record: record.search.directions, "domains"),
    ],
)
def test_a_missing_key_is_reported_when_it_is_needed(content: dict[str, Any], read: Any, key: str) -> None:
    found = SearchRecord.parse(content, "mine/search.yaml")
    with pytest.raises(
        InputError, match=rf"^mine/search\.yaml has no '{key}', which is needed here; restore the file$"
    ):
        read(found)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"search": {"trials": "3"}}, r"search\.trials='3' must be a whole number; in it; restore the file"),
        ({"search": {"trial": {"method": "none"}}}, r"search\.trial\.method: 'none' must be one of lstnet, "),
        ({"search": {"trial": {"domains": ["mnist"]}}}, r"search\.trial\.domains"),
        ({"search": None}, r"None must be a mapping from settings to values"),
        ({"no_translation_baseline": {"a": float("nan")}}, r"no_translation_baseline\.a=nan must be a finite number"),
        ({"data_dir": "a\0b"}, r"data_dir"),
    ],
)
def test_a_value_that_is_not_allowed_is_reported_at_once(content: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SearchRecord.parse(content, "it")
