"""A trial that runs out of memory in its share of a GPU is retried on a whole GPU."""

from collections.abc import Callable

from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler

from lstnet_search.tuning.failures.trial_failure import last_failure
from lstnet_search.tuning.protocol import NUMBER
from lstnet_search.tuning.schedulers.forwarding import ForwardingScheduler


def out_of_memory(trial: Trial) -> bool:
    """Whether a trial's last failure was that it ran out of GPU memory."""
    return "torch.OutOfMemoryError" in last_failure(trial)


class RetryOnWholeGpu(ForwardingScheduler):
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
        super().__init__(scheduler)
        self._whole_gpu = whole_gpu
        self._on_retry = on_retry
        self._retried: list[Trial] = []

    @property
    def waiting(self) -> bool:
        """Whether a retried trial waits for a whole GPU. Trials that start now would take parts of it."""
        return any(trial.status == Trial.PENDING for trial in self._retried)

    def on_trial_error(self, tune_controller: TuneController, trial: Trial) -> None:
        """Give a trial a whole GPU if it ran out of memory and is going to be restarted."""
        super().on_trial_error(tune_controller, trial)
        will_restart = trial.status == Trial.ERROR  # a trial that has failed for good is still RUNNING here
        if will_restart and trial not in self._retried and out_of_memory(trial):
            trial.update_resources(self._whole_gpu)
            self._retried.append(trial)
            self._on_retry(
                trial.config[NUMBER],
                "ran out of memory in its share of a GPU; it continues on a whole GPU, and no trial starts before it",
            )
