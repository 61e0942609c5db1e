from pathlib import Path
from typing import Any, cast

import pytest
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler

from lstnet_search.config import TrialConfig
from lstnet_search.results.folder import ResultsFolder
from lstnet_search.results.records import ReportRecord, TrialRecord
from lstnet_search.results.studies import StudyTables
from lstnet_search.tuning.scheduler import Asha
from lstnet_search.tuning.searcher import SCORE

CONTINUE, STOP = TrialScheduler.CONTINUE, TrialScheduler.STOP


class FakeTrial:
    """What a scheduler reads of Ray's trial."""

    def __init__(self, number: int) -> None:
        self.trial_id = f"ray-{number}"
        self.config = {"trial": number}


def add(asha: Asha, number: int) -> Trial:
    trial = cast(Trial, FakeTrial(number))
    asha.on_trial_add(cast(Any, None), trial)
    return trial


def tell(asha: Asha, trial: Trial, step: int, accuracy: float) -> str:
    return asha.on_trial_result(cast(Any, None), trial, {"step": step, SCORE: accuracy})


@pytest.mark.parametrize("steps", [6, 1500, 3000, 47_000, 1000])
def test_rungs_stand_at_a_sixth_and_half_of_the_steps(steps: int) -> None:
    rungs = sorted(milestone for milestone, _ in Asha(steps, [], "infomax")._brackets[0]._rungs)
    assert rungs == pytest.approx([steps // 6, steps // 6 * 3])


def test_analysis_draws_the_rungs_that_the_scheduler_has(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path / "study")
    folder.create({"search": {"trial": TrialConfig(steps=1000).model_dump(mode="json")}})
    rungs = {milestone for milestone, _ in Asha(1000, [], "snd")._brackets[0]._rungs}
    assert set(StudyTables.read(folder.path).rungs) == rungs


def test_poor_trials_are_stopped_at_a_rung_and_not_between() -> None:
    asha = Asha(600, [], "infomax")
    good, poor = add(asha, 1), add(asha, 2)
    assert tell(asha, good, 100, 0.8) == CONTINUE
    assert tell(asha, poor, 50, 0.1) == CONTINUE
    assert tell(asha, poor, 100, 0.1) == STOP


def test_trial_0_is_never_stopped_but_others_are_measured_against_it() -> None:
    asha = Asha(600, [], "infomax")
    paper, good, worse = add(asha, 0), add(asha, 1), add(asha, 2)
    assert tell(asha, good, 100, 0.9) == CONTINUE
    assert tell(asha, paper, 100, 0.6) == CONTINUE
    assert tell(asha, worse, 100, 0.5) == STOP
    assert tell(asha, paper, 300, 0.1) == CONTINUE


def test_every_trial_ends_at_the_last_step() -> None:
    asha = Asha(600, [], "infomax")
    assert tell(asha, add(asha, 1), 600, 0.9) == STOP


def test_a_result_without_the_metric_decides_nothing() -> None:
    asha = Asha(600, [], "infomax")
    trial = add(asha, 1)
    assert asha.on_trial_result(cast(Any, None), trial, {"error": "x", "done": True}) == CONTINUE


def earlier(number: int, **accuracies: float) -> TrialRecord:
    reports = [ReportRecord(int(step[1:]), 1.0, {"infomax": value}) for step, value in accuracies.items()]
    return TrialRecord(number=number, state="RUNNING", settings={}, reports=reports)


def test_rungs_know_the_reports_of_earlier_runs() -> None:
    asha = Asha(600, [earlier(0, s100=0.7), earlier(1, s100=0.9, s300=0.95)], "infomax")
    assert tell(asha, add(asha, 2), 100, 0.6) == STOP


def test_a_trial_that_goes_on_after_a_restart_keeps_its_place_on_a_rung() -> None:
    asha = Asha(600, [earlier(1, s100=0.2), earlier(2, s100=0.9)], "infomax")
    survivor = add(asha, 1)
    assert tell(asha, survivor, 150, 0.1) == CONTINUE
    assert tell(asha, survivor, 300, 0.1) == CONTINUE
    assert tell(asha, add(asha, 2), 300, 0.05) == STOP
