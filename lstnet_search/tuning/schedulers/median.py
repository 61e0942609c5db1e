"""Stopping trials that are worse than half of the others."""

from typing import Any

from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial

from lstnet_search.config.rungs import rungs
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.tuning.protocol import NUMBER, SCORE
from lstnet_search.tuning.ray_patches.median_rule import MedianRule
from lstnet_search.tuning.schedulers.protect_trial_0 import protect_trial_0


class MedianStopping(MedianRule):
    """The median stopping rule of Vizier (Golovin et al. 2017), from a sixth of the steps on.

    A trial is stopped if its best report is below the median of the averages that at least three other trials had up to
    the same step.
    """

    def __init__(self, steps: int, earlier: list[TrialRecord], metric: str) -> None:
        """Take in the reports of an earlier run.

        Args:
            steps: steps of a whole training.
            earlier: trials of an earlier run of the search.
            metric: metric that compares the reports.
        """
        super().__init__(time_attr="step", metric=SCORE, mode="max", grace_period=rungs(steps)[0])
        for record in earlier:
            if record.reports:
                results = [{"step": report.step, SCORE: report.metrics[metric]} for report in record.reports]
                self.add_earlier(record.number, results)

    def on_trial_add(self, tune_controller: TuneController, trial: Trial) -> None:
        """Add a trial. A trial of an earlier run keeps its reports."""
        super().on_trial_add(tune_controller, trial)
        self.continue_earlier(trial.config[NUMBER], trial)

    def on_trial_result(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> str:
        """Decide whether a trial continues after a report."""
        return protect_trial_0(trial, result, super().on_trial_result(tune_controller, trial, result))

    def on_trial_complete(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> None:
        """Record the last report, unless the trial failed: then there is no score to compare others with."""
        if SCORE in result:
            super().on_trial_complete(tune_controller, trial, result)
