"""The median stopping rule without pauses, with the reports of an earlier run."""

from typing import Any

from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import MedianStoppingRule, TrialScheduler


class MedianRule(MedianStoppingRule):
    """Ray's rule, which never pauses a trial and takes in reports of an earlier run.

    Uses `_results` of `MedianStoppingRule`, and overrides its `_running_mean` and `_on_insufficient_samples`
    (Ray 2.60.0).
    """

    def add_earlier(self, number: int, results: list[dict[str, Any]]) -> None:
        """Take in the results of an earlier run's trial under its number. They must not be empty."""
        self._results[number] = results

    def continue_earlier(self, number: int, trial: Trial) -> None:
        """Give the results of an earlier run's trial, if there are any, to the Ray trial that continues it."""
        if number in self._results:
            self._results[trial] = self._results.pop(number)

    def _running_mean(self, trial: Trial, time: float) -> float:  # type: ignore[override]  # a number, not an array
        # Rounding can make the mean of equal numbers greater than each of them.
        return float(super()._running_mean(trial, time)) - 1e-12

    def _on_insufficient_samples(self, tune_controller: TuneController, trial: Trial, time: float) -> str:
        return str(TrialScheduler.CONTINUE)  # Ray would pause the trial, and the searcher waits for its end
