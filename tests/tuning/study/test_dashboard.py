"""The dashboard reads a growing study and writes nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from wsgiref.types import WSGIApplication
from wsgiref.util import setup_testing_defaults

import pytest
from optuna.storages import JournalStorage
from optuna.trial import TrialState
from optuna_dashboard import wsgi

from lstnet_search.tuning.study.dashboard import read_only, with_importances
from lstnet_search.tuning.study.journal import ReadOnlyJournal
from lstnet_search.tuning.study.study import Study


@pytest.fixture
def study_file(tmp_path: Path) -> Path:
    return tmp_path / "study.journal"


@pytest.fixture
def study(study_file: Path) -> Study:
    study = Study(study_file)
    study.study.ask()
    return study


@pytest.fixture
def app(study_file: Path, study: Study) -> Iterator[WSGIApplication]:
    """The dashboard; at the end no other file may have appeared."""
    before = sorted(study_file.parent.iterdir())
    yield read_only(wsgi(JournalStorage(ReadOnlyJournal(str(study_file)))))
    assert sorted(study_file.parent.iterdir()) == before


def answer(app: WSGIApplication, method: str, path: str) -> tuple[str, dict[str, object]]:
    environment: dict[str, object] = {"REQUEST_METHOD": method, "PATH_INFO": path}
    setup_testing_defaults(environment)
    status = []
    body = b"".join(app(environment, lambda line, headers, error=None: status.append(line)))  # type: ignore[arg-type]
    return status[0], json.loads(body)


def test_trials_are_shown_and_later_ones_too(app: WSGIApplication, study: Study) -> None:
    status, summaries = answer(app, "GET", "/api/studies")
    assert status.startswith("200")
    assert [each["study_name"] for each in summaries["study_summaries"]] == ["search"]  # type: ignore[attr-defined]
    study.study.tell(study.study.ask(), 0.25)
    _, shown = answer(app, "GET", "/api/studies/0")
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
def test_nothing_can_be_changed(app: WSGIApplication, study_file: Path, method: str, path: str) -> None:
    before = study_file.read_bytes()
    status, refusal = answer(app, method, path)
    assert status == "403 Forbidden"
    assert refusal == {"reason": "This dashboard only shows a search; it changes nothing."}
    assert study_file.read_bytes() == before


def test_the_journal_refuses_to_be_written(study_file: Path, study: Study) -> None:
    storage = JournalStorage(ReadOnlyJournal(str(study_file)))
    before = study_file.read_bytes()
    with pytest.raises(PermissionError, match="opened for reading only"):
        storage.set_trial_state_values(0, TrialState.COMPLETE, [1.0])
    assert study_file.read_bytes() == before


def test_the_importances_are_those_that_are_given_and_other_requests_pass(app: WSGIApplication) -> None:
    shown = with_importances(app, lambda: {"w1": 0.75, "w2": 0.25})
    _, found = answer(shown, "GET", "/api/studies/0/param_importances")
    names = [(each["name"], each["importance"]) for each in found["param_importances"][0]]  # type: ignore[index]
    assert names == [("w1", 0.75), ("w2", 0.25)]
    status, _ = answer(shown, "GET", "/api/studies/0")
    assert status.startswith("200")
