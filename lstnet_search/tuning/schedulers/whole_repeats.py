"""Repeats run to their last step, and trials are compared without them."""

from typing import Any

from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler

from lstnet_search.tuning.protocol import REPEAT_OF
from lstnet_search.tuning.schedulers.forwarding import ForwardingScheduler


class WholeRepeats(ForwardingScheduler):
    """Wraps a scheduler and hides from it the trials that repeat the settings of others.

    If poor repeats were stopped, the mean over seeds would lack the very seeds that were poor. If repeats were compared
    with other trials, those of the leader would take the best places.
    """

    def on_trial_add(self, tune_controller: TuneController, trial: Trial) -> None:
        """Forward, unless the trial is a repeat."""
        if not _repeats(trial):
            super().on_trial_add(tune_controller, trial)

    def on_trial_error(self, tune_controller: TuneController, trial: Trial) -> None:
        """Forward, unless the trial is a repeat."""
        if not _repeats(trial):
            super().on_trial_error(tune_controller, trial)

    def on_trial_result(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> str:
        """Forward, unless the trial is a repeat: then it continues."""
        if _repeats(trial):
            return str(TrialScheduler.CONTINUE)
        return super().on_trial_result(tune_controller, trial, result)

    def on_trial_complete(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> None:
        """Forward, unless the trial is a repeat."""
        if not _repeats(trial):
            super().on_trial_complete(tune_controller, trial, result)

    def on_trial_remove(self, tune_controller: TuneController, trial: Trial) -> None:
        """Forward, unless the trial is a repeat."""
        if not _repeats(trial):
            super().on_trial_remove(tune_controller, trial)


def _repeats(trial: Trial) -> bool:
    return trial.config.get(REPEAT_OF) is not None
