from pathlib import Path
from typing import Any, cast

import pytest
from ray.tune.experiment import Trial
from ray.tune.schedulers import FIFOScheduler, TrialScheduler

from lstnet_search.config import TrialConfig
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.study.records import ReportRecord, TrialRecord
from lstnet_search.tuning.protocol import SCORE
from lstnet_search.tuning.schedulers.asha import HYPERBAND, SCHEDULERS, Asha
from lstnet_search.tuning.schedulers.median import MedianStopping

CONTINUE, STOP = TrialScheduler.CONTINUE, TrialScheduler.STOP


class FakeTrial:
    """What a scheduler reads of Ray's trial."""

    def __init__(self, number: int) -> None:
        self.trial_id = f"ray-{number}"
        self.config = {"trial": number}


def add(scheduler: TrialScheduler, number: int) -> Trial:
    trial = cast(Trial, FakeTrial(number))
    scheduler.on_trial_add(cast(Any, None), trial)
    return trial


def tell(scheduler: TrialScheduler, trial: Trial, step: int, accuracy: float) -> str:
    return str(scheduler.on_trial_result(cast(Any, None), trial, {"step": step, SCORE: accuracy}))


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


# Hyperband: brackets of trials 0 to 5 are 0, 1, 0, 2, 0, 1.


def test_hyperband_has_the_rungs_of_asha_then_the_last_alone_then_none() -> None:
    hyperband = Asha(600, [], "infomax", HYPERBAND)
    assert [[milestone for milestone, _ in bracket._rungs] for bracket in hyperband._brackets] == [
        [300, 100],
        [300],
        [],
    ]


def test_half_the_trials_of_hyperband_meet_both_rungs_a_third_the_last_and_a_sixth_none() -> None:
    assert sorted(HYPERBAND) == [0, 0, 0, 1, 1, 2]


def test_trials_of_hyperband_are_measured_against_those_of_their_bracket() -> None:
    hyperband = Asha(600, [], "infomax", HYPERBAND)
    trials = {number: add(hyperband, number) for number in range(6)}
    assert tell(hyperband, trials[2], 100, 0.9) == CONTINUE
    assert tell(hyperband, trials[1], 100, 0.1) == CONTINUE  # its first rung is at 300
    assert tell(hyperband, trials[4], 100, 0.1) == STOP
    assert tell(hyperband, trials[5], 300, 0.9) == CONTINUE
    assert tell(hyperband, trials[1], 300, 0.1) == STOP
    assert tell(hyperband, trials[3], 300, 0.1) == CONTINUE  # without rungs


def test_brackets_of_hyperband_know_the_reports_of_earlier_runs() -> None:
    hyperband = Asha(600, [earlier(1, s100=0.9, s300=0.9), earlier(2, s100=0.9)], "infomax", HYPERBAND)
    assert tell(hyperband, add(hyperband, 4), 100, 0.5) == STOP
    assert tell(hyperband, add(hyperband, 5), 300, 0.5) == STOP


# The median rule: of 600 steps, from step 100 on, and against three others.


def test_a_trial_below_the_median_of_three_others_averages_is_stopped() -> None:
    median = MedianStopping(600, [], "infomax")
    for number, accuracy in ((1, 0.5), (2, 0.6), (3, 0.7)):
        tell(median, add(median, number), 100, accuracy)
    assert tell(median, add(median, 4), 100, 0.61) == CONTINUE
    assert tell(median, add(median, 5), 100, 0.55) == STOP  # the median of 0.5, 0.6, 0.61, 0.7 is 0.605


def test_equal_trials_are_not_below_their_median() -> None:
    median = MedianStopping(600, [], "infomax")
    trials = [add(median, number) for number in range(1, 6)]
    for step in range(100, 600, 50):
        assert {tell(median, trial, step, 0.0862) for trial in trials} == {CONTINUE}


def test_the_median_rule_waits_for_a_sixth_of_the_steps_and_for_three_others() -> None:
    median = MedianStopping(600, [], "infomax")
    trials = [add(median, number) for number in range(5)]
    for trial in trials[1:4]:
        tell(median, trial, 100, 0.8)
    assert tell(median, trials[4], 50, 0.1) == CONTINUE
    assert tell(median, trials[1], 150, 0.1) == CONTINUE  # nobody else has come so far


def test_the_median_rule_never_stops_trial_0() -> None:
    median = MedianStopping(600, [earlier(number, s100=0.9) for number in (1, 2, 3)], "infomax")
    assert tell(median, add(median, 0), 100, 0.1) == CONTINUE


def test_the_median_rule_knows_the_reports_of_earlier_runs() -> None:
    median = MedianStopping(600, [earlier(number, s100=0.9) for number in (1, 2, 3)], "infomax")
    assert tell(median, add(median, 4), 100, 0.1) == STOP


def test_a_trial_that_goes_on_after_a_restart_is_judged_by_its_best_report_before_it() -> None:
    median = MedianStopping(600, [earlier(number, s100=0.5, s150=0.5) for number in (1, 2, 3, 4)], "infomax")
    assert tell(median, add(median, 4), 150, 0.1) == CONTINUE
    assert tell(median, add(median, 5), 150, 0.1) == STOP


def test_a_failed_trial_does_not_break_the_median_rule() -> None:
    median = MedianStopping(600, [], "infomax")
    failing = add(median, 1)
    failure = {"error": "x", "done": True}
    assert median.on_trial_result(cast(Any, None), failing, failure) == CONTINUE
    median.on_trial_complete(cast(Any, None), failing, failure)
    assert tell(median, add(median, 2), 100, 0.1) == CONTINUE


def test_without_a_scheduler_every_trial_is_trained_to_its_end() -> None:
    none = SCHEDULERS["none"](600, [earlier(1, s100=0.9)], "infomax")
    assert isinstance(none, FIFOScheduler)
    assert tell(none, add(none, 2), 100, 0.0) == CONTINUE
