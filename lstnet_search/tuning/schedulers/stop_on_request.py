"""Trials that a user has asked to stop."""

from typing import Any

from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler

from lstnet_search.tuning.protocol import NUMBER
from lstnet_search.tuning.schedulers.forwarding import ForwardingScheduler


class StopOnRequest(ForwardingScheduler):
    """Wraps a scheduler: a trial that was asked to stop ends with its next report."""

    def __init__(self, scheduler: TrialScheduler, asked: set[int]) -> None:
        """Wrap a scheduler.

        Args:
            scheduler: decides everything else.
            asked: numbers of the trials; more may be added.
        """
        super().__init__(scheduler)
        self._asked = asked

    def on_trial_result(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> str:
        """Stop the trial, or forward."""
        decision = super().on_trial_result(tune_controller, trial, result)
        return str(TrialScheduler.STOP) if trial.config[NUMBER] in self._asked else decision
