"""Stopping trials that are worse than half of the others were."""

from typing import Any

from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import MedianStoppingRule, TrialScheduler

from lstnet_search.config.rungs import rungs
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.tuning.protocol import NUMBER, SCORE
from lstnet_search.tuning.schedulers.protect_trial_0 import spared


class MedianStopping(MedianStoppingRule):
    """The median stopping rule of Vizier (Golovin et al. 2017), from a sixth of the steps on.

    A trial is stopped whose best report is below the median of what at least three others had on
    average up to the same step. Trials are never paused.
    """

    def __init__(self, steps: int, earlier: list[TrialRecord], metric: str) -> None:
        """Know the reports of an earlier run.

        Args:
            steps: of a whole training.
            earlier: trials of an earlier run of the search.
            metric: by which they are compared.
        """
        super().__init__(time_attr="step", metric=SCORE, mode="max", grace_period=rungs(steps)[0])
        for record in earlier:
            if record.reports:
                self._results[record.number] = [
                    {"step": report.step, SCORE: report.metrics[metric]} for report in record.reports
                ]

    def on_trial_add(self, tune_controller: TuneController, trial: Trial) -> None:
        """Take a trial in; one of an earlier run keeps its reports."""
        super().on_trial_add(tune_controller, trial)
        if (number := trial.config[NUMBER]) in self._results:
            self._results[trial] = self._results.pop(number)

    def on_trial_result(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> str:
        """Decide whether a trial goes on after a report."""
        return spared(trial, result, super().on_trial_result(tune_controller, trial, result))

    def on_trial_complete(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> None:
        """Note the last report, unless the trial failed: then it has no value, with which others could be compared."""
        if SCORE in result:
            super().on_trial_complete(tune_controller, trial, result)

    def _running_mean(self, trial: Trial, time: float) -> float:  # type: ignore[override]  # a number, not an array
        # An average of equal numbers may be greater than each of them, by rounding.
        return float(super()._running_mean(trial, time)) - 1e-12

    def _on_insufficient_samples(self, tune_controller: TuneController, trial: Trial, time: float) -> str:
        return str(TrialScheduler.CONTINUE)  # Ray would pause it, and our searcher counts on its end
