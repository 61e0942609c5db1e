"""The median rule for 600 steps: it applies from step 100 on, against at least three other trials."""

from fake_trials import CONTROLLER, add, earlier, report
from ray.tune.schedulers import TrialScheduler

from lstnet_search.tuning.schedulers.median import MedianStopping

CONTINUE, STOP = TrialScheduler.CONTINUE, TrialScheduler.STOP


def test_a_trial_below_the_median_of_the_averages_of_three_others_is_stopped() -> None:
    median = MedianStopping(600, [], "infomax")
    for number, score in ((1, 0.5), (2, 0.6), (3, 0.7)):
        report(median, add(median, number), 100, score)
    assert report(median, add(median, 4), 100, 0.61) == CONTINUE
    assert report(median, add(median, 5), 100, 0.55) == STOP  # the median of 0.5, 0.6, 0.61, 0.7 is 0.605


def test_equal_trials_are_not_below_their_median() -> None:
    median = MedianStopping(600, [], "infomax")
    trials = [add(median, number) for number in range(1, 6)]
    for step in range(100, 600, 50):
        assert {report(median, trial, step, 0.0862) for trial in trials} == {CONTINUE}


def test_the_rule_waits_for_a_sixth_of_the_steps_and_for_three_others() -> None:
    median = MedianStopping(600, [], "infomax")
    trials = [add(median, number) for number in range(5)]
    for trial in trials[1:4]:
        report(median, trial, 100, 0.8)
    assert report(median, trials[4], 50, 0.1) == CONTINUE
    assert report(median, trials[1], 150, 0.1) == CONTINUE  # no other trial has got that far


def test_earlier_runs_count_and_trial_0_is_never_stopped() -> None:
    median = MedianStopping(600, [earlier(number, s100=0.9) for number in (1, 2, 3)], "infomax")
    assert report(median, add(median, 0), 100, 0.1) == CONTINUE
    assert report(median, add(median, 4), 100, 0.1) == STOP


def test_a_resumed_trial_is_judged_by_its_best_report_before_the_restart() -> None:
    median = MedianStopping(600, [earlier(number, s100=0.5, s150=0.5) for number in (1, 2, 3, 4)], "infomax")
    assert report(median, add(median, 4), 150, 0.1) == CONTINUE
    assert report(median, add(median, 5), 150, 0.1) == STOP


def test_a_failed_trial_does_not_break_the_rule() -> None:
    median = MedianStopping(600, [], "infomax")
    failing = add(median, 1)
    failure = {"error": "x", "done": True}
    assert median.on_trial_result(CONTROLLER, failing, failure) == CONTINUE
    median.on_trial_complete(CONTROLLER, failing, failure)
    assert report(median, add(median, 2), 100, 0.1) == CONTINUE
