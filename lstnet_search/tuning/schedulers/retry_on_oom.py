"""A trial that runs out of memory in its share of a GPU is retried on a whole GPU."""

from collections.abc import Callable
from typing import Any

from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler

from lstnet_search.tuning.failures.trial_failure import last_failure
from lstnet_search.tuning.protocol import NUMBER


def out_of_memory(trial: Trial) -> bool:
    """Whether a trial's last failure was that it ran out of GPU memory."""
    return "torch.OutOfMemoryError" in last_failure(trial)


class RetryOnWholeGpu(TrialScheduler):
    """Wraps a scheduler: a trial that Ray restarts because it ran out of GPU memory gets a whole GPU.

    Ray restarts such a trial from its last checkpoint in a new process, like a trial whose process died.
    """

    def __init__(
        self, scheduler: TrialScheduler, whole_gpu: dict[str, float], on_retry: Callable[[int, str], None]
    ) -> None:
        """Wrap a scheduler.

        Args:
            scheduler: decides everything else.
            whole_gpu: resources of a trial with a GPU of its own, by Ray Tune's names ("cpu", "gpu").
            on_retry: called with a retried trial's number and what happened to it, as the predicate of a sentence.
        """
        super().__init__()  # type: ignore[no-untyped-call]
        self._scheduler = scheduler
        self._whole_gpu = whole_gpu
        self._on_retry = on_retry
        self._retried: list[Trial] = []

    @property
    def waiting(self) -> bool:
        """Whether a retried trial waits for a whole GPU. Trials that start now would take parts of it."""
        return any(trial.status == Trial.PENDING for trial in self._retried)

    def on_trial_error(self, tune_controller: TuneController, trial: Trial) -> None:
        """Give a trial a whole GPU if it ran out of memory and is going to be restarted."""
        self._scheduler.on_trial_error(tune_controller, trial)
        will_restart = trial.status == Trial.ERROR  # a trial that has failed for good is still RUNNING here
        if will_restart and trial not in self._retried and out_of_memory(trial):
            trial.update_resources(self._whole_gpu)
            self._retried.append(trial)
            self._on_retry(
                trial.config[NUMBER],
                "ran out of memory in its share of a GPU; it continues on a whole GPU, and no trial starts before it",
            )

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
