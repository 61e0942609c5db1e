"""A second try for a trial that ran out of memory in its share of a GPU: alone, on a whole one."""

from collections.abc import Callable
from typing import Any

from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler

from lstnet_search.tuning.failures.trial_failure import last_failure
from lstnet_search.tuning.protocol import NUMBER


def out_of_memory(trial: Trial) -> bool:
    """Whether a trial failed last because a GPU had no memory left for it."""
    return "torch.OutOfMemoryError" in last_failure(trial)


class SecondTryAlone(TrialScheduler):
    """Any scheduler, which besides gives a trial a whole GPU where Ray begins it again for want of memory.

    Ray begins the trial again from its last checkpoint, in a new process, as it does where one has died.
    """

    def __init__(self, scheduler: TrialScheduler, whole: dict[str, float], tell: Callable[[int, str], None]) -> None:
        """Wrap a scheduler.

        Args:
            scheduler: decides all else.
            whole: what a trial gets that is alone on its GPU, as Ray Tune names it.
            tell: what becomes of a trial that is tried again, with its number.
        """
        super().__init__()  # type: ignore[no-untyped-call]
        self._scheduler = scheduler
        self._whole = whole
        self._tell = tell
        self._alone: list[Trial] = []

    @property
    def waiting(self) -> bool:
        """Whether a trial waits for a GPU of its own: other trials that begin now would keep it from it."""
        return any(trial.status == Trial.PENDING for trial in self._alone)

    def on_trial_error(self, tune_controller: TuneController, trial: Trial) -> None:
        """Give a trial that is to be begun again for want of memory a whole GPU."""
        self._scheduler.on_trial_error(tune_controller, trial)
        again = trial.status == Trial.ERROR  # one that is not is still running here
        if again and trial not in self._alone and out_of_memory(trial):
            trial.update_resources(self._whole)
            self._alone.append(trial)
            what = "ran out of memory in its share of a GPU"
            self._tell(trial.config[NUMBER], f"{what}; it goes on alone on a whole one, no other trial begins before")

    def set_search_properties(self, metric: str | None, mode: str | None, **spec: Any) -> bool:
        """As the scheduler."""
        return bool(self._scheduler.set_search_properties(metric, mode, **spec))

    @property
    def metric(self) -> str | None:
        """As the scheduler."""
        found: str | None = self._scheduler.metric
        return found

    def on_trial_add(self, tune_controller: TuneController, trial: Trial) -> None:
        """As the scheduler."""
        self._scheduler.on_trial_add(tune_controller, trial)

    def on_trial_result(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> str:
        """As the scheduler."""
        return self._scheduler.on_trial_result(tune_controller, trial, result)

    def on_trial_complete(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> None:
        """As the scheduler."""
        self._scheduler.on_trial_complete(tune_controller, trial, result)

    def on_trial_remove(self, tune_controller: TuneController, trial: Trial) -> None:
        """As the scheduler."""
        self._scheduler.on_trial_remove(tune_controller, trial)

    def choose_trial_to_run(self, tune_controller: TuneController) -> Trial | None:
        """As the scheduler."""
        return self._scheduler.choose_trial_to_run(tune_controller)

    def debug_string(self) -> str:
        """As the scheduler."""
        return str(self._scheduler.debug_string())

    def __getstate__(self) -> dict[str, Any]:
        """Nothing: Ray writes what it could restore a search from, which is never read."""
        return {}
