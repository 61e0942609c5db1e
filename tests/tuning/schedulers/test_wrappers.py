"""Schedulers that wrap another one: repeats run through, and users stop trials."""

from typing import cast

from fake_trials import CONTROLLER, FakeTrial, add, report
from ray.tune.experiment import Trial
from ray.tune.schedulers import FIFOScheduler, TrialScheduler

from lstnet_search.tuning.protocol import REPEAT_OF
from lstnet_search.tuning.schedulers.asha import Asha
from lstnet_search.tuning.schedulers.stop_on_request import StopOnRequest
from lstnet_search.tuning.schedulers.whole_repeats import WholeRepeats


def add_repeat(scheduler: TrialScheduler, number: int, of: int) -> Trial:
    trial = FakeTrial(number)
    trial.config[REPEAT_OF] = of
    scheduler.on_trial_add(CONTROLLER, cast(Trial, trial))
    return cast(Trial, trial)


def test_a_poor_repeat_runs_to_its_end_and_does_not_count_where_trials_are_compared() -> None:
    wrapped = WholeRepeats(Asha(60, [], "infomax"))
    trials = [add(wrapped, number) for number in range(1, 4)]
    for trial, score in zip(trials, (0.9, 0.8, 0.7), strict=True):
        first = report(wrapped, trial, 10, score)
    assert first == TrialScheduler.STOP
    repeats = [add_repeat(wrapped, number, of=1) for number in range(4, 9)]
    assert {report(wrapped, repeat, 10, 0.1) for repeat in repeats} == {TrialScheduler.CONTINUE}
    assert {report(wrapped, repeat, 10, 0.99) for repeat in repeats} == {TrialScheduler.CONTINUE}
    for repeat in repeats:
        wrapped.on_trial_complete(CONTROLLER, repeat, {"step": 60, "score": 0.99})
        wrapped.on_trial_error(CONTROLLER, repeat)
        wrapped.on_trial_remove(CONTROLLER, repeat)
    alone = Asha(60, [], "infomax")
    others = [add(alone, number) for number in range(1, 4)]
    for trial, score in zip(others, (0.9, 0.8, 0.7), strict=True):
        report(alone, trial, 10, score)
    late = [add(scheduler, 9) for scheduler in (wrapped, alone)]
    decisions = [report(scheduler, trial, 10, 0.89) for scheduler, trial in zip((wrapped, alone), late, strict=True)]
    assert decisions[0] == decisions[1]


def test_a_trial_that_was_asked_to_stop_ends_with_its_next_report() -> None:
    asked: set[int] = set()
    scheduler = StopOnRequest(FIFOScheduler(), asked)  # type: ignore[no-untyped-call]
    trials = [add(scheduler, number) for number in range(3)]
    assert {report(scheduler, trial, 10, 0.5) for trial in trials} == {TrialScheduler.CONTINUE}
    asked.add(0)
    decisions = [report(scheduler, trial, 20, 0.5) for trial in trials]
    assert decisions == [TrialScheduler.STOP, TrialScheduler.CONTINUE, TrialScheduler.CONTINUE]
