"""Successive halving, and the table of the schedulers that stop trials early."""

from collections.abc import Callable
from typing import Any

from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import FIFOScheduler, TrialScheduler

from lstnet_search.config.rungs import REDUCTION_FACTOR, rungs
from lstnet_search.config.search import SchedulerName, SearchConfig
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.tuning.protocol import NUMBER, SCORE
from lstnet_search.tuning.ray_patches.asha_rungs import AshaWithRungs
from lstnet_search.tuning.schedulers.median import MedianStopping
from lstnet_search.tuning.schedulers.protect_trial_0 import protect_trial_0
from lstnet_search.tuning.schedulers.whole_repeats import WholeRepeats

HYPERBAND = (0, 1, 0, 2, 0, 1)
"""Brackets of successive trials, as the number of rungs that each leaves out."""


class Asha(AshaWithRungs):
    """Asynchronous successive halving (Li et al. 2020) with rungs at a sixth and at half of the steps.

    A third of the trials continues from each rung. Trial 0, the paper's weights, always continues.
    """

    def __init__(self, steps: int, earlier: list[TrialRecord], metric: str, brackets: tuple[int, ...] = (0,)) -> None:
        """Set the rungs.

        Args:
            steps: steps of a whole training.
            earlier: trials of an earlier run of the search. Their reports fill the rungs.
            metric: metric that compares the reports.
            brackets: brackets of successive trials, repeated. Bracket k leaves out the first k rungs, and its trials
                are compared only with each other. Several brackets make this Hyperband (Li et al. 2018).
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
        self._bracket_cycle = brackets
        for record in earlier:
            for report in record.reports:
                bracket, trial_id = self._bracket_of(record.number), _earlier_id(record.number)
                self.fill_rung(bracket, trial_id, report.step, report.metrics[metric])

    def on_trial_add(self, tune_controller: TuneController, trial: Trial) -> None:
        """Add a trial. A trial of an earlier run keeps its reports on the rungs."""
        super().on_trial_add(tune_controller, trial)
        number = trial.config[NUMBER]
        self.assign_bracket(trial, self._bracket_of(number))
        self.rename_on_rungs(self._bracket_of(number), _earlier_id(number), trial.trial_id)

    def on_trial_result(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> str:
        """Decide whether a trial continues after a report."""
        return protect_trial_0(trial, result, super().on_trial_result(tune_controller, trial, result))

    def _bracket_of(self, number: int) -> int:
        return self._bracket_cycle[number % len(self._bracket_cycle)]


SCHEDULERS: dict[SchedulerName, Callable[[int, list[TrialRecord], str], TrialScheduler]] = {
    "asha": Asha,
    "hyperband": lambda steps, earlier, metric: Asha(steps, earlier, metric, HYPERBAND),
    "median": MedianStopping,
    "none": lambda steps, earlier, metric: FIFOScheduler(),  # type: ignore[no-untyped-call]
}
"""Name -> scheduler, from the steps of a whole training, the trials of earlier runs, and the metric to compare by."""


def make_scheduler(search: SearchConfig, earlier: list[TrialRecord], metric: str) -> TrialScheduler:
    """The scheduler of a search that ranks its trials by a metric. Populations are in `schedulers.population`."""
    compared = [record for record in earlier if record.repeat_of is None]
    scheduler = SCHEDULERS[search.scheduler](search.trial.steps, compared, metric)
    return WholeRepeats(scheduler) if search.seeds > 1 else scheduler


def _earlier_id(number: int) -> str:
    return f"earlier-{number}"
