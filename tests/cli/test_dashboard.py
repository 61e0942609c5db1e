"""`dashboard`: what it refuses, and that it reads a growing study and writes nothing."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from wsgiref.types import WSGIApplication
from wsgiref.util import setup_testing_defaults

import pytest
from commands import exit_code
from optuna.storages import JournalStorage
from optuna.trial import TrialState
from optuna_dashboard import wsgi

from lstnet_search.tuning.study import dashboard as study_dashboard
from lstnet_search.tuning.study.dashboard import only_reading
from lstnet_search.tuning.study.journal import ReadOnlyJournal
from lstnet_search.tuning.study.study import Study


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "search.yaml").write_text("format_version: 1\n")
    return tmp_path


@pytest.fixture
def study(folder: Path) -> Study:
    study = Study(folder / "study.journal")
    study.study.ask()
    return study


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert exit_code("dashboard", *arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def asked(app: WSGIApplication, method: str, path: str) -> tuple[str, dict[str, object]]:
    environment: dict[str, object] = {"REQUEST_METHOD": method, "PATH_INFO": path}
    setup_testing_defaults(environment)
    status = []
    body = b"".join(app(environment, lambda line, headers, error=None: status.append(line)))  # type: ignore[arg-type]
    return status[0], json.loads(body)


def test_a_folder_without_a_search_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is not a results folder" in refused([str(tmp_path)], capsys)


def test_a_search_without_a_study_yet_is_refused_and_none_is_made(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "study.journal is not there; wait until" in refused([str(folder)], capsys)
    assert [path.name for path in folder.iterdir()] == ["search.yaml"]


@pytest.mark.parametrize("line", [b"garbage\n[1]\n", b"[1]\n"])
def test_a_damaged_study_is_told(folder: Path, capsys: pytest.CaptureFixture[str], line: bytes) -> None:
    study_file(folder).write_bytes(line)
    assert "study.journal is damaged" in refused([str(folder)], capsys)


def test_without_the_package_one_message_says_how_to_install_it(
    folder: Path, study: Study, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_dashboard, "find_spec", lambda name: None)
    assert "install it with: pip install optuna-dashboard" in refused([str(folder)], capsys)


def test_a_port_that_is_taken_is_refused(folder: Path, study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert f"--port {port} cannot be used: Address already in use; choose another" in refused(
            [str(folder), "--port", port], capsys
        )


def test_a_port_that_is_none_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "65535" in refused([str(folder), "--port", "70000"], capsys)


@pytest.fixture
def app(folder: Path, study: Study) -> Iterator[WSGIApplication]:
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.iterdir()}
    yield only_reading(wsgi(JournalStorage(ReadOnlyJournal(str(study_file(folder))))))
    grown = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.iterdir()}
    grown.pop(study_file(folder)), before.pop(study_file(folder))
    assert grown == before


def study_file(folder: Path) -> Path:
    return folder / "study.journal"


def test_trials_are_shown_and_later_ones_too(app: WSGIApplication, study: Study) -> None:
    status, summaries = asked(app, "GET", "/api/studies")
    assert status.startswith("200")
    assert [each["study_name"] for each in summaries["study_summaries"]] == ["search"]  # type: ignore[attr-defined]
    study.study.tell(study.study.ask(), 0.25)
    _, shown = asked(app, "GET", "/api/studies/0")
    assert [trial["state"] for trial in shown["trials"]] == ["Running", "Complete"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/api/studies/0"),
        ("POST", "/api/studies"),
        ("PUT", "/api/studies/0/note"),
        ("POST", "/api/trials/0/tell"),
    ],
)
def test_nothing_can_be_changed(app: WSGIApplication, study: Study, folder: Path, method: str, path: str) -> None:
    before = study_file(folder).read_bytes()
    status, answer = asked(app, method, path)
    assert status == "403 Forbidden"
    assert answer == {"reason": "This dashboard only shows a search; it changes nothing."}
    assert study_file(folder).read_bytes() == before


def test_the_journal_itself_refuses_to_be_written(folder: Path, study: Study) -> None:
    storage = JournalStorage(ReadOnlyJournal(str(study_file(folder))))
    before = study_file(folder).read_bytes()
    with pytest.raises(PermissionError, match="read here, not written"):
        storage.set_trial_state_values(0, TrialState.COMPLETE, [1.0])
    assert study_file(folder).read_bytes() == before
