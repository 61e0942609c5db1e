"""The class that Ray runs for a trial. It connects Ray's calls to the training loop."""

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
from lstnet_search.evaluation import (
    EvaluatedTraining,
    Prepared,
    Training,
    UnevaluatedTraining,
    WholeSets,
)
from lstnet_search.io.secrets import masked
from lstnet_search.results.folder.storage import Storage
from lstnet_search.training import Report, Start, read_state, use_deterministic_kernels
from lstnet_search.tuning.cluster.gpu_sharing import memory_fraction
from lstnet_search.tuning.failures.storage_errors import NOT_STORED
from lstnet_search.tuning.failures.storage_retry import is_unavailable, retry_while_unavailable
from lstnet_search.tuning.protocol import ALARMS, CHECKPOINT, METRICS, NODE, NUMBER, SCORE, SETTINGS
from lstnet_search.tuning.study.packed_metrics import PackedMetrics
from lstnet_search.tuning.trials.checkpoints import newest_checkpoint, read_header
from lstnet_search.tuning.trials.device import device_for, device_works
from lstnet_search.tuning.trials.memory import peak_memory_mb, reset_peak_memory


def make_training(
    settings: TrialConfig,
    prepared: Prepared | WholeSets,
    direction: str,
    device: torch.device,
    start: Start | None = None,
) -> Training:
    """The training of a trial. A confirmation's training on the whole sets is not evaluated while it runs."""
    if isinstance(prepared, WholeSets):
        return UnevaluatedTraining(settings, prepared, device, start)
    return EvaluatedTraining(settings, prepared, direction, device, start)


class Trainable(tune.Trainable):
    """One of Ray's steps is the training up to its next report.

    An error ends the trial as failed, with the reason in its last result. It is not retried, because it would occur
    again. Ray restarts three kinds of trials from their last checkpoint: those whose process died, those whose process
    can no longer use its GPU, and, with `retry_on_oom`, those that ran out of memory in their share of a GPU.
    """

    def setup(  # type: ignore[override]  # tune.with_parameters passes the rest
        self,
        config: dict[str, Any],
        prepared: Prepared | WholeSets,
        direction: str,
        metric: str,
        threads: int,
        storage: Storage,
        retry_on_oom: bool = False,
        deterministic: bool = False,
    ) -> None:
        """Begin or continue the trial that the searcher's configuration names."""
        torch.set_num_threads(threads)
        if deterministic:
            use_deterministic_kernels()
        gpus = self._gpus()
        self._device = device_for(gpus)
        if self._device.type == "cuda" and gpus < 1:
            gpu_bytes = torch.cuda.get_device_properties(self._device).total_memory
            torch.cuda.set_per_process_memory_fraction(memory_fraction(gpus, gpu_bytes), self._device)
        self._prepared = prepared.to(self._device)
        self._direction = direction
        self._metric = metric
        self._retry_on_oom = retry_on_oom and gpus < 1
        self._checkpoints = storage
        self._node = ray.get_runtime_context().get_node_id()
        self.reset_config(config)

    def __repr__(self) -> str:
        """What Ray's page calls the process. It is asked once, and the process may train other trials afterwards."""
        return f"trial {self._number} and later ones"

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Begin or continue another trial in the same process."""
        self._number = new_config[NUMBER]
        self._settings = TrialConfig.parse(new_config[SETTINGS], f"trial {self._number}")
        reset_peak_memory(self._device)
        retry_while_unavailable(partial(self._begin_from, new_config[CHECKPOINT]))
        return True

    def _begin_from(self, path: str | None) -> None:
        if path is None:
            self._begin(None)
        else:
            with tune.Checkpoint(path, self._checkpoints.filesystem).as_directory() as folder:
                self._begin_or_fall_back(Path(folder))

    def _begin_or_fall_back(self, checkpoint: Path) -> None:
        """Continue from a checkpoint.

        If it is damaged, fall back to the newest earlier one, never to a later one that the study may not know.
        """
        try:
            self._begin(checkpoint)
        except InputError as error:
            if is_unavailable(error):  # it may be intact
                raise
            self._begin_from(newest_checkpoint(self._checkpoints, self._number, _step_of(checkpoint)))

    def _begin(self, checkpoint: Path | None) -> None:
        self._failed = False
        self._training: Training | None = None  # frees the memory of the previous trial's training
        self._start: Start | None = None
        if checkpoint is not None:
            state, header = read_state(checkpoint)
            self._start = Start(state, header["step"], header["seconds"])

    def _next_report(self) -> tuple[Report, list[str]]:
        """The next report and its alarms. The first call makes the training."""
        if self._training is None:
            self._training = self._make(self._start)
            self._start = None
        return next(self._training), self._training.alarms

    def _make(self, start: Start | None) -> Training:
        return make_training(self._settings, self._prepared, self._direction, self._device, start)

    def step(self) -> dict[str, Any]:
        """Train up to the next report."""
        try:
            report, alarms = self._next_report()
        except Exception as error:
            if not device_works(self._device) or (self._retry_on_oom and isinstance(error, torch.OutOfMemoryError)):
                raise
            self._failed = True
            reason = masked(f"{type(error).__name__}: {error}")
            return {"done": True, "error": reason, "peak_memory_mb": peak_memory_mb(self._device)}
        return {
            "step": report.step,
            "seconds": report.seconds,
            NODE: self._node,
            "peak_memory_mb": peak_memory_mb(self._device),
            METRICS: PackedMetrics(report.metrics),  # Ray flattens dictionaries, but not this
            SCORE: report.metrics[self._metric],
            ALARMS: alarms,
            "done": report.step == self._settings.steps,
        }

    def save_checkpoint(self, checkpoint_dir: str) -> None:
        """Write what the training needs to continue, and sample images."""
        if self._failed or self._training is None or self._training.last is None:  # there is nothing to continue from
            return
        self._training.save(Path(checkpoint_dir), trial=self._number)

    def save(self, checkpoint_dir: str | None = None) -> Any:
        """Write and store a checkpoint, and retry while the storage is unavailable.

        Raises:
            OSError: if it cannot be stored.
        """
        with TemporaryDirectory() as folder:  # a folder of Ray's own would stay behind after each failed attempt
            try:
                return retry_while_unavailable(partial(super().save, checkpoint_dir or folder))
            except (OSError, ArrowException) as error:
                raise OSError(f"{NOT_STORED}: {error}") from error

    def restore(self, checkpoint_path: Any) -> None:
        """Continue from a checkpoint, and retry while the storage is unavailable."""
        retry_while_unavailable(partial(super().restore, checkpoint_path))

    def load_checkpoint(self, checkpoint: str) -> None:  # type: ignore[override]  # the folder, as it was saved
        """Continue from a checkpoint after the process was lost."""
        self._begin_or_fall_back(Path(checkpoint))

    def _gpus(self) -> float:
        resources = self.trial_resources
        return 0.0 if resources is None else float(resources.required_resources.get("GPU", 0.0))


def _step_of(checkpoint: Path) -> float:
    """The step of a damaged checkpoint, or infinity if its header is damaged."""
    try:
        return float(read_header(tune.Checkpoint(str(checkpoint)))["step"])
    except InputError as error:
        if is_unavailable(error):
            raise
        return float("inf")
