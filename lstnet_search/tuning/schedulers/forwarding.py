"""The base of schedulers that wrap another one and decide a few things themselves."""

from typing import Any

from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler


class ForwardingScheduler(TrialScheduler):
    """Forwards every call to another scheduler."""

    def __init__(self, scheduler: TrialScheduler) -> None:
        """Wrap a scheduler."""
        super().__init__()  # type: ignore[no-untyped-call]
        self._scheduler = scheduler

    def set_search_properties(self, metric: str | None, mode: str | None, **spec: Any) -> bool:
        """Forward."""
        return bool(self._scheduler.set_search_properties(metric, mode, **spec))

    @property
    def metric(self) -> str | None:
        """Forward."""
        found: str | None = self._scheduler.metric
        return found

    def on_trial_add(self, tune_controller: TuneController, trial: Trial) -> None:
        """Forward."""
        self._scheduler.on_trial_add(tune_controller, trial)

    def on_trial_error(self, tune_controller: TuneController, trial: Trial) -> None:
        """Forward."""
        self._scheduler.on_trial_error(tune_controller, trial)

    def on_trial_result(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> str:
        """Forward."""
        return self._scheduler.on_trial_result(tune_controller, trial, result)

    def on_trial_complete(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> None:
        """Forward."""
        self._scheduler.on_trial_complete(tune_controller, trial, result)

    def on_trial_remove(self, tune_controller: TuneController, trial: Trial) -> None:
        """Forward."""
        self._scheduler.on_trial_remove(tune_controller, trial)

    def choose_trial_to_run(self, tune_controller: TuneController) -> Trial | None:
        """Forward."""
        return self._scheduler.choose_trial_to_run(tune_controller)

    def debug_string(self) -> str:
        """Forward."""
        return str(self._scheduler.debug_string())

    def __getstate__(self) -> dict[str, Any]:
        """Nothing, because Ray pickles this for a snapshot that is never read."""
        return {}
