"""Requests to stop from outside."""

from pathlib import Path

import pytest
from pyarrow import fs

from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.mirror import Mirror
from lstnet_search.results.folder.stop_requests import StopRequests
from lstnet_search.results.folder.storage import Storage


def test_each_request_is_taken_once(tmp_path: Path) -> None:
    requests = StopRequests(Storage.local(tmp_path))
    assert requests.take() == set()
    for trial in (3, None, 12, 3):
        StopRequests(Storage.local(tmp_path)).ask(trial)
    (tmp_path / ".stop-trial-x").touch()
    (tmp_path / "stop-trial-7").touch()
    assert requests.take() == {None, 3, 12}
    assert requests.take() == set()


def test_a_storage_without_the_search_has_no_requests(tmp_path: Path) -> None:
    assert StopRequests(Storage.local(tmp_path / "none")).take() == set()


def test_a_request_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the search cannot be asked to stop: "):
        StopRequests(Storage(fs.LocalFileSystem(), str(tmp_path / "none"))).ask(None)


def test_requests_are_not_copied_with_the_results(tmp_path: Path) -> None:
    folder, copy = ResultsFolder(tmp_path / "mine"), Storage.local(tmp_path / "copy")
    folder.create({"search": {}})
    StopRequests(Storage.local(folder.path)).ask(3)
    assert Mirror(folder, copy).push() == ""
    assert [path.name for path in (tmp_path / "copy").rglob("*") if path.is_file()] == ["search.yaml"]
