"""Population based training with public names for what Ray keeps private and a subclass has to change."""

from collections.abc import Sequence
from typing import Any

from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import PopulationBasedTraining
from ray.tune.schedulers.pbt import _PBTTrialState


class Population(PopulationBasedTraining):
    """Ray's scheduler with access to its members, and with public hooks.

    Ray calls the hooks `new_config` and `exploit` through its private methods. In a class that also inherits from
    `PB2`, this class has to come first. Uses `_trial_state`, `_save_trial_state` and `_checkpoint_or_exploit` of
    `PopulationBasedTraining` and `_PBTTrialState`, and overrides `_get_new_config` and `_exploit` (Ray 2.60.0).
    """

    @property
    def members(self) -> dict[Trial, _PBTTrialState]:
        """Trials -> their `last_train_time` (steps), `last_score` and `last_result`."""
        return self._trial_state

    def add_member(self, trial: Trial) -> _PBTTrialState:
        """Add a trial that has no results yet."""
        state = _PBTTrialState(trial)
        self._trial_state[trial] = state
        return state

    def record_result(self, trial: Trial, result: dict[str, Any]) -> None:
        """Record a member's result. It has `step` and the score."""
        self._save_trial_state(self._trial_state[trial], result["step"], result, trial)

    def exchange(
        self, tune_controller: TuneController, trials: Sequence[Trial], lower: list[Trial], upper: list[Trial]
    ) -> None:
        """Go through trials: those of `upper` note their checkpoints, those of `lower` exploit one of `upper`."""
        for trial in trials:
            self._checkpoint_or_exploit(trial, tune_controller, upper, lower)

    def new_config(self, trial: Trial, donor: Trial) -> tuple[dict[str, Any], dict[str, Any]]:
        """The configuration with which a trial continues the donor's network, and Ray's notes on how it was drawn."""
        return super()._get_new_config(trial, donor)

    def exploit(self, tune_controller: TuneController, trial: Trial, donor: Trial) -> None:
        """Let a paused trial continue from the donor's checkpoint with a new configuration."""
        super()._exploit(tune_controller, trial, donor)

    def _get_new_config(self, trial: Trial, trial_to_clone: Trial) -> tuple[dict[str, Any], dict[str, Any]]:
        return self.new_config(trial, trial_to_clone)

    def _exploit(self, tune_controller: TuneController, trial: Trial, trial_to_clone: Trial) -> None:
        self.exploit(tune_controller, trial, trial_to_clone)


def keep_processes(tune_controller: TuneController, trial: Trial, count: int) -> None:
    """Make Ray keep the processes of paused trials for other trials, until the run ends.

    Ray would end most of them whenever no trial is ready, and start new ones after each exchange. Uses
    `_tune_controller` of the wrapper that schedulers get, and `_actor_cache` of `TuneController` (Ray 2.60.0).

    Args:
        tune_controller: the controller that schedulers get.
        trial: any trial; all have the same resources.
        count: number of processes.
    """
    controller = getattr(tune_controller, "_tune_controller")  # noqa: B009  # mypy takes it for the wrapped class
    controller._actor_cache.increase_max(trial.placement_group_factory, count)
