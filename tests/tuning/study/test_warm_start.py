"""A sampler learns from trials of another search, which do not count as trials of this one."""

from pathlib import Path
from typing import Any

import pytest
from optuna.trial import TrialState

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.records import Exploit
from lstnet_search.tuning.protocol import METRICS, SCORE
from lstnet_search.tuning.study.samplers import refuse_sampler
from lstnet_search.tuning.study.searcher import StudySearch
from lstnet_search.tuning.study.study import Study
from lstnet_search.tuning.study.warm_start import completed_trials, warm_start_trials

TRIAL = PRESETS["cpu"].trial.override({"steps": 30, "reports": 3}, "test")
WIDE = {
    "w1": {"type": "loguniform", "low": 1, "high": 1000},
    "w4": {"type": "choice", "values": [50, 100]},
}


def search(content: dict[str, Any], **more: Any) -> SearchConfig:
    asked = {"preset": "cpu", "trial": TRIAL, "trials": 9, "space_file": "mine.yaml"}
    return SearchConfig.parse(asked | {"space": Space.parse(content, "mine.yaml")} | more, "test")


def searcher(study: Study, config: SearchConfig) -> StudySearch:
    return StudySearch(
        study,
        config.space,
        config.trial,
        metric="snd",
        seed=0,
        trials=9,
        max_concurrent=9,
        last_checkpoint=lambda number, at_most: None,
    )


def result(step: int, score: float) -> dict[str, Any]:
    return {"step": step, "seconds": 1.0, SCORE: score, METRICS: {"snd": score}}


@pytest.fixture
def other(tmp_path: Path) -> ResultsFolder:
    """A search of five trials: w1 20, 5, 10, 30, and 40; trial 2 was stopped, trial 3 failed, trial 4 has w4=50."""
    config = search(WIDE, select_by="snd")
    folder = ResultsFolder(tmp_path / "other")
    folder.create({"search": config.model_dump(mode="json")})
    study = Study(folder.study_file)
    hands = searcher(study, config)
    for point in ({"w1": 5, "w4": 100}, {"w1": 10, "w4": 100}, {"w1": 30, "w4": 100}, {"w1": 40, "w4": 50}):
        study.study.enqueue_trial(point)
    for index in range(5):
        hands.suggest(str(index))
    hands.on_trial_complete("0", result(30, 0.5))
    hands.on_trial_result("1", result(20, 0.9))
    hands.on_trial_complete("1", result(30, 0.8))
    hands.on_trial_complete("2", result(10, 0.1))
    hands.on_trial_complete("3", {"error": "it diverged"})
    hands.on_trial_complete("4", result(30, 0.6))
    return folder


def test_completed_trials_are_taken_with_their_best_value(other: ResultsFolder) -> None:
    known = completed_trials(other, search(WIDE))
    assert [trial.params for trial in known] == [{"w1": 20, "w4": 100}, {"w1": 5, "w4": 100}, {"w1": 40, "w4": 50}]
    assert [trial.value for trial in known] == [0.5, 0.9, 0.6]
    assert known[1].user_attrs == {"other_search": f"trial 1 of {other.path}"}


def test_trials_are_taken_into_a_space_of_another_form_if_they_lie_in_it(other: ResultsFolder) -> None:
    # 5 is below the ratio's 0.1, and w4 of the last is not 100.
    space = {"w3": 100, "w4": 100, "w1": {"ratio_of": "w3", "type": "uniform", "low": 0.1, "high": 1}}
    known = completed_trials(other, search(space))
    assert [trial.params for trial in known] == [{"w1/w3": 0.2}]


def test_a_trial_that_copied_from_another_is_not_taken(other: ResultsFolder) -> None:
    config = search(WIDE, select_by="snd")
    study = Study(other.study_file)
    hands = searcher(study, config)
    hands.suggest("5")
    hands.on_exploit("5", Exploit(20, 0, config.trial.weights))
    hands.on_trial_complete("5", result(30, 0.9))
    assert study.records()[5].state == "COMPLETE"
    assert len(completed_trials(other, search(WIDE))) == 3  # as without it


def test_a_search_without_a_trial_in_the_space_is_refused(other: ResultsFolder) -> None:
    space = {"w1": WIDE["w1"], "w5": 7}
    with pytest.raises(
        InputError, match=r"other has no completed trial in the space of mine\.yaml; give another folder"
    ):
        completed_trials(other, search(space))


@pytest.mark.parametrize("content", [b"", b"a line that was cut sh", None])
def test_the_other_search_is_only_read(other: ResultsFolder, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "linked").write_bytes(content)
        other.study_file.unlink()
        other.study_file.symlink_to(tmp_path / "linked")
    before = other.study_file.read_bytes()
    if content is None:
        assert len(completed_trials(other, search(WIDE))) == 3
    else:
        with pytest.raises(InputError, match="other has no completed trial in the space"):
            completed_trials(other, search(WIDE))
    assert other.study_file.read_bytes() == before


@pytest.mark.parametrize("begun", [True, False])
def test_whether_a_search_has_begun_is_only_read(other: ResultsFolder, tmp_path: Path, begun: bool) -> None:
    folder = ResultsFolder(tmp_path / "mine")
    folder.create({})
    folder.study_file.write_bytes(other.study_file.read_bytes() if begun else b"")
    before = folder.study_file.read_bytes()
    known = warm_start_trials(search(WIDE, warm_start=str(other.path)), folder, resume=True)
    assert len(known) == (0 if begun else 3)
    assert folder.study_file.read_bytes() == before


def test_a_search_for_something_else_is_refused(other: ResultsFolder) -> None:
    message = r"other was searched with direction both, this search has usps_to_mnist: scores cannot be compared"
    with pytest.raises(InputError, match=message):
        completed_trials(other, search(WIDE, direction="usps_to_mnist"))


def test_a_search_selected_by_another_metric_is_refused(other: ResultsFolder) -> None:
    assert len(completed_trials(other, search(WIDE, select_by="snd"))) == 3
    message = r"other was searched with select_by snd, this search has infomax: scores cannot be compared"
    with pytest.raises(InputError, match=message):
        completed_trials(other, search(WIDE, select_by="infomax"))


@pytest.mark.parametrize("name", ["nsga2", "qmc", "random"])
def test_a_sampler_that_would_not_learn_from_them_is_refused(name: str) -> None:
    with pytest.raises(
        InputError, match=rf"^--sampler {name} learns nothing from --warm-start x; choose one of tpe, gp"
    ):
        refuse_sampler(search(WIDE, sampler=name, warm_start="x"))
    refuse_sampler(search(WIDE, sampler="tpe", warm_start="x"))


def test_taken_trials_do_not_count_as_trials_of_the_search(other: ResultsFolder, tmp_path: Path) -> None:
    study = Study(tmp_path / "study.journal")
    study.add_warm_start(completed_trials(other, search(WIDE)))
    hands = searcher(study, search(WIDE))
    first = hands.suggest("a")
    assert isinstance(first, dict)
    assert (first["trial"], first["settings"]["w1"]) == (0, 20)
    hands.suggest("b")
    hands.on_trial_complete("a", result(30, 0.5))
    assert [record.number for record in study.records()] == [0, 1]
    assert [trial.state for trial in study.study.trials] == [TrialState.COMPLETE] * 4 + [TrialState.RUNNING]

    again = Study(tmp_path / "study.journal")  # as a resumed search opens it
    assert [record.number for record in again.records()] == [0, 1]
    handed = searcher(again, search(WIDE)).suggest("x")
    assert isinstance(handed, dict)
    assert handed["trial"] == 1


def test_an_interrupted_warm_start_is_completed_and_never_repeated(other: ResultsFolder, tmp_path: Path) -> None:
    known = completed_trials(other, search(WIDE))
    Study(tmp_path / "study.journal").add_warm_start(known[:1])
    study = Study(tmp_path / "study.journal")
    study.add_warm_start(known)
    assert [trial.value for trial in study.study.trials] == [0.5, 0.9, 0.6]
    searcher(study, search(WIDE))
    study.add_warm_start(known * 2)
    assert len(study.study.trials) == 4  # and trial 0, which waits
