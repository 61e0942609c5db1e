"""What the study records, and what happens to a damaged or incomplete journal."""

from pathlib import Path
from typing import Any

import pytest
from optuna.trial import TrialState

from lstnet_search.errors import InputError
from lstnet_search.results.study.records import Exploit, ReportRecord
from lstnet_search.tuning.ray_patches.optuna_trials import id_of
from lstnet_search.tuning.study.study import ReadOnlyStudy, Study, truncate_incomplete_line

SETTINGS = {"w1": 20.0, "seed": 7}


def report(step: int) -> ReportRecord:
    return ReportRecord(step, step / 10, {"snd": step / 100})


def begin(study: Study, *steps: int) -> int:
    """Begin a trial with reports, and return its id in the study."""
    trial = study.study.ask()
    study.record_settings(trial, SETTINGS, "ray")
    for step in steps:
        study.record_report(id_of(trial), report(step), "snd")
    return id_of(trial)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.journal"


def test_records_are_the_same_when_the_journal_is_read_again(path: Path) -> None:
    study = Study(path)
    study_id = begin(study, 10, 20)
    study.record_exploit(study_id, Exploit(20, 0, {"w1": 7.0}))
    study.finish(study_id, TrialState.COMPLETE, [0.2], {"peak_memory_mb": 512.0})
    begin(study)
    done, begun = Study(path).records()
    assert [done, begun.settings] == [study.records()[0], SETTINGS]
    assert (done.state, done.seed, done.peak_memory_mb, done.ray_trial_id) == ("COMPLETE", 7, 512.0, "ray")
    assert done.reports == [report(10), report(20)]
    assert done.exploits == [Exploit(20, 0, {"w1": 7.0})]


def test_recording_twice_changes_nothing(path: Path) -> None:
    study = Study(path)
    study_id = begin(study, 10, 10)
    study.finish(study_id, TrialState.COMPLETE, [0.1], {})
    study.finish(study_id, TrialState.FAIL, None, {"error": "too late"})
    (record,) = study.records()
    assert (record.state, record.error, record.reports) == ("COMPLETE", "", [report(10)])


def test_the_record_of_an_ended_trial_is_made_once(path: Path) -> None:
    study = Study(path)
    study.finish(begin(study, 30), TrialState.COMPLETE, [0.3], {})
    running_id = begin(study, 10)
    ended, running = study.records()
    assert study.record(0) is ended
    study.record_report(running_id, report(20), "snd")
    assert running.reports == [report(10)]
    assert study.record(1).reports == [report(10), report(20)]


@pytest.mark.parametrize(
    "damage",
    [{"ray_trial_id": []}, {"seed": 10**400}, {"seed": "0"}, {"seed": -1}, {"error": None}, {"peak_memory_mb": "much"}],
)
def test_a_trial_whose_attribute_does_not_fit_a_table_is_damage(path: Path, damage: dict[str, Any]) -> None:
    study = Study(path)
    study_id = begin(study)
    ((name, value),) = damage.items()
    study.storage.set_trial_user_attr(study_id, name, value)
    with pytest.raises(InputError, match=rf"study\.journal is damaged \(ValidationError: .*{name}"):
        study.records()


def test_an_incomplete_last_line_is_ignored_when_reading_and_removed_before_writing(path: Path) -> None:
    begin(Study(path), 10, 20)
    path.write_bytes(path.read_bytes()[:-30])
    incomplete = path.read_bytes()
    for kind in (Study, ReadOnlyStudy):
        assert kind(path).records()[0].reports[0] == report(10)
    assert path.read_bytes() == incomplete
    truncate_incomplete_line(path)
    assert incomplete.startswith(path.read_bytes())
    again = Study(path)
    begin(again, 10)
    assert len(Study(path).records()) == 2


def test_a_study_without_a_file_line_has_no_trials_and_stays_so_when_only_read(path: Path) -> None:
    path.touch()
    assert ReadOnlyStudy(path).records() == []
    assert path.read_bytes() == b""
