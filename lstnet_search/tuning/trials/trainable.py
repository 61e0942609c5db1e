"""The class that Ray runs for a trial: glue between its calls and the training loop."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ray
import torch
from pyarrow import ArrowException
from ray import tune

from lstnet_search.config import TrialConfig
from lstnet_search.errors import InputError
from lstnet_search.evaluation import EvaluatedTraining, Prepared, RepeatedTraining, UnwatchedTraining, WholeSets
from lstnet_search.io.secrets import masked
from lstnet_search.results.folder.storage import Storage
from lstnet_search.training import Report, Start, read_state, use_deterministic_kernels
from lstnet_search.tuning.cluster.gpu_sharing import memory_fraction
from lstnet_search.tuning.failures.storage_errors import NOT_STORED
from lstnet_search.tuning.failures.storage_retry import outlast, unwritable
from lstnet_search.tuning.protocol import ALARMS, CHECKPOINT, METRICS, NODE, NUMBER, SCORE, SETTINGS
from lstnet_search.tuning.trials.checkpoints import header_of, newest_checkpoint
from lstnet_search.tuning.trials.device import computes, device_for
from lstnet_search.tuning.trials.memory import peak_memory_mb, reset_peak_memory

Training = EvaluatedTraining | RepeatedTraining | UnwatchedTraining


def make_training(
    settings: TrialConfig,
    prepared: Prepared | WholeSets,
    direction: str,
    device: torch.device,
    repeats: int,
    start: Start | None = None,
) -> Training:
    """The training of a trial: watched where it is searched, unwatched on the whole sets of a confirmation."""
    if isinstance(prepared, WholeSets):
        return UnwatchedTraining(settings, prepared, device, start)
    if repeats == 1:
        return EvaluatedTraining(settings, prepared, direction, device, start)
    return RepeatedTraining(settings, prepared, direction, device, repeats, start)


class Trainable(tune.Trainable):
    """One report of one training a step.

    An error ends the trial as failed, with the reason in its last result, and is not retried:
    it would come again. A process that dies is Ray's to start again from its last checkpoint, and so is
    one that cannot use its GPU any more, or had too little memory in its share of one, if a second try was promised.
    """

    def setup(  # type: ignore[override]  # the rest comes by tune.with_parameters
        self,
        config: dict[str, Any],
        prepared: Prepared | WholeSets,
        direction: str,
        metric: str,
        threads: int,
        storage: Storage,
        repeats: int = 1,
        second_try: bool = False,
        deterministic: bool = False,
    ) -> None:
        """Begin, or go on with, the trial of a configuration that the searcher made."""
        torch.set_num_threads(threads)
        if deterministic:
            use_deterministic_kernels()
        gpus = self._gpus()
        self._device = device_for(gpus)
        if self._device.type == "cuda" and gpus < 1:
            whole = torch.cuda.get_device_properties(self._device).total_memory
            torch.cuda.set_per_process_memory_fraction(memory_fraction(gpus, whole), self._device)
        self._prepared = prepared.to(self._device)
        self._direction = direction
        self._metric = metric
        self._repeats = repeats
        self._second_try = second_try and gpus < 1
        self._checkpoints = storage
        self._node = ray.get_runtime_context().get_node_id()
        self.reset_config(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Take over another trial, in the same process."""
        self._number = new_config[NUMBER]
        self._settings = TrialConfig.parse(new_config[SETTINGS], f"trial {self._number}")
        reset_peak_memory(self._device)
        outlast(partial(self._begin_from, new_config[CHECKPOINT]))
        return True

    def _begin_from(self, path: str | None) -> None:
        if path is None:
            self._begin(None)
        else:
            with tune.Checkpoint(path, self._checkpoints.filesystem).as_directory() as folder:
                self._begin_or_earlier(Path(folder))

    def _begin_or_earlier(self, checkpoint: Path) -> None:
        """Go on from a checkpoint; if it is damaged, from the one before, for beyond it nothing may be known of."""
        try:
            self._begin(checkpoint)
        except InputError as error:
            if unwritable(error):  # it may be whole
                raise
            self._begin_from(newest_checkpoint(self._checkpoints, self._number, _step_of(checkpoint)))

    def _begin(self, checkpoint: Path | None) -> None:
        self._failed = False
        self._training: Training | None = None  # that of the trial before gives its memory back
        self._start: Start | None = None
        if checkpoint is not None:
            state, header = read_state(checkpoint)
            self._start = Start(state, header["step"], header["seconds"])

    def _next(self) -> tuple[Report, list[str]]:
        """The next report with its alarms, of a training that is made when the first is asked for."""
        if self._training is None:
            self._training = self._make(self._start)
            self._start = None
        return next(self._training), self._training.alarms

    def _make(self, start: Start | None) -> Training:
        return make_training(self._settings, self._prepared, self._direction, self._device, self._repeats, start)

    def step(self) -> dict[str, Any]:
        """Train up to the next report."""
        try:
            report, alarms = self._next()
        except Exception as error:
            if not computes(self._device) or (self._second_try and isinstance(error, torch.OutOfMemoryError)):
                raise
            self._failed = True
            reason = masked(f"{type(error).__name__}: {error}")
            return {"done": True, "error": reason, "peak_memory_mb": peak_memory_mb(self._device)}
        return {
            "step": report.step,
            "seconds": report.seconds,
            NODE: self._node,
            "peak_memory_mb": peak_memory_mb(self._device),
            METRICS: report.metrics,
            SCORE: report.metrics[self._metric],
            ALARMS: alarms,
            "done": report.step == self._settings.steps,
        }

    def save_checkpoint(self, checkpoint_dir: str) -> None:
        """Write what the training needs to go on, and samples of what it does to images."""
        if self._failed or self._training is None or self._training.last is None:  # nothing that could be gone on with
            return
        self._training.save(Path(checkpoint_dir), trial=self._number)

    def save(self, checkpoint_dir: str | None = None) -> Any:
        """Save and store a checkpoint, waiting where the storage takes no writes.

        Raises:
            OSError: if it cannot be stored.
        """
        with TemporaryDirectory() as made:  # Ray's own would stay behind at each attempt that fails
            try:
                return outlast(partial(super().save, checkpoint_dir or made))
            except (OSError, ArrowException) as error:
                raise OSError(f"{NOT_STORED}: {error}") from error

    def restore(self, checkpoint_path: Any) -> None:
        """Go on from a checkpoint, waiting where the storage does not answer."""
        outlast(partial(super().restore, checkpoint_path))

    def load_checkpoint(self, checkpoint: str) -> None:  # type: ignore[override]  # a folder, as it was saved
        """Go on from a checkpoint, after the process was lost."""
        self._begin_or_earlier(Path(checkpoint))

    def _gpus(self) -> float:
        resources = self.trial_resources
        return 0.0 if resources is None else float(resources.required_resources.get("GPU", 0.0))


def _step_of(checkpoint: Path) -> float:
    """Of a damaged checkpoint, if its header is not what is damaged."""
    try:
        return float(header_of(tune.Checkpoint(str(checkpoint)))["step"])
    except InputError as error:
        if unwritable(error):
            raise
        return float("inf")
