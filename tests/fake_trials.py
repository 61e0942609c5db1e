"""Trials that report to a scheduler without Ray running."""

from typing import Any, cast

from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler

from lstnet_search.results.study.records import ReportRecord, TrialRecord
from lstnet_search.tuning.protocol import SCORE

CONTROLLER = cast(Any, None)


class FakeTrial:
    """What a scheduler reads of Ray's trial."""

    def __init__(self, number: int) -> None:
        self.trial_id = f"ray-{number}"
        self.config = {"trial": number}


def add(scheduler: TrialScheduler, number: int) -> Trial:
    """Add a trial to a scheduler."""
    trial = cast(Trial, FakeTrial(number))
    scheduler.on_trial_add(CONTROLLER, trial)
    return trial


def report(scheduler: TrialScheduler, trial: Trial, step: int, score: float) -> str:
    """Report to a scheduler; its decision."""
    return str(scheduler.on_trial_result(CONTROLLER, trial, {"step": step, SCORE: score}))


def earlier(number: int, **scores: float) -> TrialRecord:
    """A trial of an earlier run with reports of infomax, as `s100=0.5`."""
    reports = [ReportRecord(int(step[1:]), 1.0, {"infomax": score}) for step, score in scores.items()]
    return TrialRecord(number=number, state="RUNNING", settings={}, reports=reports)
