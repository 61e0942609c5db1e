from pathlib import Path

import pytest
from fake_trials import CONTROLLER, add, earlier, report
from ray.tune.schedulers import FIFOScheduler, TrialScheduler

from lstnet_search.config import TrialConfig
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.tuning.schedulers.asha import HYPERBAND, SCHEDULERS, Asha

CONTINUE, STOP = TrialScheduler.CONTINUE, TrialScheduler.STOP


@pytest.mark.parametrize("steps", [6, 1500, 3000, 47_000, 1000])
def test_rungs_are_at_a_sixth_and_half_of_the_steps(steps: int) -> None:
    assert Asha(steps, [], "infomax").milestones(0) == pytest.approx([steps // 6 * 3, steps // 6])


def test_analysis_draws_the_rungs_that_the_scheduler_has(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path / "study")
    folder.create({"search": {"trial": TrialConfig(steps=1000).model_dump(mode="json")}})
    assert set(StudyTables.read(folder.path).rungs) == set(Asha(1000, [], "snd").milestones(0))


def test_poor_trials_are_stopped_at_a_rung_and_not_between() -> None:
    asha = Asha(600, [], "infomax")
    good, poor = add(asha, 1), add(asha, 2)
    assert report(asha, good, 100, 0.8) == CONTINUE
    assert report(asha, poor, 50, 0.1) == CONTINUE
    assert report(asha, poor, 100, 0.1) == STOP


def test_trial_0_is_never_stopped_but_others_are_measured_against_it() -> None:
    asha = Asha(600, [], "infomax")
    paper, good, worse = add(asha, 0), add(asha, 1), add(asha, 2)
    assert report(asha, good, 100, 0.9) == CONTINUE
    assert report(asha, paper, 100, 0.6) == CONTINUE
    assert report(asha, worse, 100, 0.5) == STOP
    assert report(asha, paper, 300, 0.1) == CONTINUE


def test_every_trial_ends_at_the_last_step() -> None:
    asha = Asha(600, [], "infomax")
    assert report(asha, add(asha, 1), 600, 0.9) == STOP


def test_a_result_without_the_metric_decides_nothing() -> None:
    asha = Asha(600, [], "infomax")
    trial = add(asha, 1)
    assert asha.on_trial_result(CONTROLLER, trial, {"error": "x", "done": True}) == CONTINUE


def test_rungs_know_the_reports_of_earlier_runs() -> None:
    asha = Asha(600, [earlier(0, s100=0.7), earlier(1, s100=0.9, s300=0.95)], "infomax")
    assert report(asha, add(asha, 2), 100, 0.6) == STOP


def test_a_resumed_trial_keeps_its_place_on_a_rung() -> None:
    asha = Asha(600, [earlier(1, s100=0.2), earlier(2, s100=0.9)], "infomax")
    resumed = add(asha, 1)
    assert report(asha, resumed, 150, 0.1) == CONTINUE
    assert report(asha, resumed, 300, 0.1) == CONTINUE
    assert report(asha, add(asha, 2), 300, 0.05) == STOP


# Hyperband: the brackets of trials 0 to 5 are 0, 1, 0, 2, 0, 1.


def test_hyperband_has_the_rungs_of_asha_then_the_last_alone_then_none() -> None:
    hyperband = Asha(600, [], "infomax", HYPERBAND)
    assert [hyperband.milestones(bracket) for bracket in range(3)] == [[300, 100], [300], []]


def test_half_the_trials_of_hyperband_meet_both_rungs_a_third_the_last_and_a_sixth_none() -> None:
    assert sorted(HYPERBAND) == [0, 0, 0, 1, 1, 2]


def test_trials_of_hyperband_are_measured_against_those_of_their_bracket() -> None:
    hyperband = Asha(600, [], "infomax", HYPERBAND)
    trials = {number: add(hyperband, number) for number in range(6)}
    assert report(hyperband, trials[2], 100, 0.9) == CONTINUE
    assert report(hyperband, trials[1], 100, 0.1) == CONTINUE  # its first rung is at 300
    assert report(hyperband, trials[4], 100, 0.1) == STOP
    assert report(hyperband, trials[5], 300, 0.9) == CONTINUE
    assert report(hyperband, trials[1], 300, 0.1) == STOP
    assert report(hyperband, trials[3], 300, 0.1) == CONTINUE  # no rungs


def test_brackets_of_hyperband_know_the_reports_of_earlier_runs() -> None:
    hyperband = Asha(600, [earlier(1, s100=0.9, s300=0.9), earlier(2, s100=0.9)], "infomax", HYPERBAND)
    assert report(hyperband, add(hyperband, 4), 100, 0.5) == STOP
    assert report(hyperband, add(hyperband, 5), 300, 0.5) == STOP


def test_without_a_scheduler_every_trial_is_trained_to_its_end() -> None:
    none = SCHEDULERS["none"](600, [earlier(1, s100=0.9)], "infomax")
    assert isinstance(none, FIFOScheduler)
    assert report(none, add(none, 2), 100, 0.0) == CONTINUE
