"""Trial schedulers: which trials are stopped before their last step."""

from collections.abc import Callable
from typing import Any

from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import ASHAScheduler, FIFOScheduler, TrialScheduler

from lstnet_search.config.rungs import REDUCTION_FACTOR, rungs
from lstnet_search.config.search import SchedulerName, SearchConfig
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.tuning.protocol import NUMBER, SCORE
from lstnet_search.tuning.schedulers.median import MedianStopping
from lstnet_search.tuning.schedulers.protect_trial_0 import spared

HYPERBAND = (0, 1, 0, 2, 0, 1)
"""Brackets of successive trials, by the number of rungs that they leave out."""


class Asha(ASHAScheduler):
    """Asynchronous successive halving (Li et al. 2020) at a sixth and a half of the steps.

    A third of the trials goes on from each rung. Trial 0, the paper's weights, always does:
    every result is compared with it.
    """

    def __init__(self, steps: int, earlier: list[TrialRecord], metric: str, brackets: tuple[int, ...] = (0,)) -> None:
        """Set the rungs.

        Args:
            steps: of a whole training.
            earlier: trials of an earlier run of the search, whose reports fill the rungs.
            metric: by which they are compared.
            brackets: of successive trials, in turn. Bracket k leaves out the first k rungs, and its trials are
                compared with each other alone: several of them make Hyperband (Li et al. 2018) of it.
        """
        super().__init__(
            time_attr="step",
            metric=SCORE,
            mode="max",
            max_t=steps,
            grace_period=rungs(steps)[0],
            reduction_factor=REDUCTION_FACTOR,
            brackets=max(brackets) + 1,
        )
        self._turns = brackets
        for record in earlier:
            for report in record.reports:
                _note(self._bracket(record.number), _earlier_id(record.number), report.step, report.metrics[metric])

    def on_trial_add(self, tune_controller: TuneController, trial: Trial) -> None:
        """Take a trial in; one of an earlier run keeps its places on the rungs."""
        super().on_trial_add(tune_controller, trial)
        bracket = self._bracket(trial.config[NUMBER])
        self._trial_info[trial.trial_id] = bracket  # Ray draws one, from a generator of all
        earlier = _earlier_id(trial.config[NUMBER])
        for _, recorded in bracket._rungs:
            if earlier in recorded:
                recorded[trial.trial_id] = recorded.pop(earlier)

    def on_trial_result(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> str:
        """Decide whether a trial goes on after a report."""
        return spared(trial, result, super().on_trial_result(tune_controller, trial, result))

    def _bracket(self, number: int) -> Any:
        return self._brackets[self._turns[number % len(self._turns)]]


SCHEDULERS: dict[SchedulerName, Callable[[int, list[TrialRecord], str], TrialScheduler]] = {
    "asha": Asha,
    "hyperband": lambda steps, earlier, metric: Asha(steps, earlier, metric, HYPERBAND),
    "median": MedianStopping,
    "none": lambda steps, earlier, metric: FIFOScheduler(),  # type: ignore[no-untyped-call]
}
"""Each is made of the steps of a whole training, the trials of earlier runs, and the metric that compares them."""


def make_scheduler(search: SearchConfig, earlier: list[TrialRecord], metric: str) -> TrialScheduler:
    """The scheduler of a search that is selected by a metric."""
    return SCHEDULERS[search.scheduler](search.trial.steps, earlier, metric)


def _note(bracket: Any, trial_id: str, step: int, value: float) -> None:
    """Put a report on its rung as `on_result` does, without the cutoff, for which each looks through the whole rung."""
    for milestone, recorded in bracket._rungs:
        if step >= milestone and trial_id not in recorded:
            recorded[trial_id] = value
            break


def _earlier_id(number: int) -> str:
    return f"earlier-{number}"
