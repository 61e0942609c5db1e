"""`stop`: who can be asked, and what is refused."""

from pathlib import Path

import pytest
from commands import exit_code, refused
from small_studies import study, trial

from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.stop_requests import StopRequests
from lstnet_search.results.folder.storage import Storage


@pytest.fixture
def folder(tmp_path: Path) -> ResultsFolder:
    made = ResultsFolder(tmp_path / "mine")
    made.create({"search": {"trials": 4}})
    return made


def test_only_a_search_that_runs_can_be_stopped(folder: ResultsFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no search is running in" in refused(capsys, "stop", folder.path)
    with folder.locked():
        assert exit_code("stop", folder.path, "--trial", "2") == 0
        assert exit_code("stop", folder.path) == 0
    assert StopRequests(Storage.local(folder.path)).take() == {None, 2}


def test_a_trial_that_there_is_not_or_that_has_ended_is_not_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = study(tmp_path, [trial(0, [(1.0, 0.5)]), trial(1, [(1.0, 0.5)], "RUNNING")], trials=4).folder
    with found.locked():
        assert "--trial 0 has ended" in refused(capsys, "stop", found.path, "--trial", "0")
        assert "has the trials 0 to 3; give one" in refused(capsys, "stop", found.path, "--trial", "4")
        assert exit_code("stop", found.path, "--trial", "1") == 0
    assert StopRequests(Storage.local(found.path)).take() == {1}


def test_a_search_elsewhere_is_asked_through_its_storage(
    folder: ResultsFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("stop", "mine", "--storage", tmp_path) == 0
    assert StopRequests(Storage.local(folder.path)).take() == {None}
    assert "asked the search to stop" in capsys.readouterr().out
    assert "has no search other; give the name of the search" in refused(capsys, "stop", "other", "--storage", tmp_path)


def test_the_storage_that_the_search_recorded_is_used(tmp_path: Path) -> None:
    made = ResultsFolder(tmp_path / "here" / "mine")
    made.create({"search": {"trials": 4}, "storage": str(tmp_path / "there")})
    (tmp_path / "there" / "mine").mkdir(parents=True)
    with made.locked():
        assert exit_code("stop", made.path) == 0
    assert StopRequests(Storage.local(tmp_path / "there" / "mine")).take() == {None}


def test_the_status_says_where_a_search_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = study(tmp_path, [], trials=4).folder
    with folder.locked():
        assert exit_code("status", folder.path) == 0
    host, process = folder.runs_where() or ("", 0)
    assert f"running on {host}, process {process}" in capsys.readouterr().out
    folder._lock_file.write_text("\x1b[31m 3")
    assert folder.runs_where() is None
