"""The class that Ray runs for a trial: glue between its calls and the training loop."""

from functools import partial
from pathlib import Path
from typing import Any

import ray
import torch
from ray import tune

from lstnet_search.config import InputError, TrialConfig
from lstnet_search.evaluation import EvaluatedTraining, Prepared, RepeatedTraining, UnwatchedTraining, WholeSets
from lstnet_search.results.storage import Storage
from lstnet_search.training import Start, read_state
from lstnet_search.tuning.checkpoints import newest_checkpoint
from lstnet_search.tuning.memory import peak_memory_mb, reset_peak_memory
from lstnet_search.tuning.patience import outlast
from lstnet_search.tuning.searcher import ALARMS, CHECKPOINT, NODE, NUMBER, SCORE, SETTINGS


class Trainable(tune.Trainable):
    """One report of one training a step.

    An error ends the trial as failed, with the reason in its last result, and is not retried:
    it would come again. A process that dies is Ray's to start again from its last checkpoint.
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
    ) -> None:
        """Begin, or go on with, the trial of a configuration that the searcher made."""
        torch.set_num_threads(threads)
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._prepared = prepared.to(self._device)
        self._direction = direction
        self._metric = metric
        self._repeats = repeats
        self._checkpoints = storage
        self._node = ray.get_runtime_context().get_node_id()
        self.reset_config(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Take over another trial, in the same process."""
        self._number = new_config[NUMBER]
        self._settings = TrialConfig.parse(new_config[SETTINGS], f"trial {self._number}")
        reset_peak_memory(self._device)
        self._begin_from(new_config[CHECKPOINT])
        return True

    def _begin_from(self, path: str | None) -> None:
        if path is None:
            self._begin(None)
        else:
            with tune.Checkpoint(path, self._checkpoints.filesystem).as_directory() as folder:
                self._begin(Path(folder))

    def _begin(self, checkpoint: Path | None) -> None:
        self._failed = False
        start = None
        if checkpoint is not None:
            state, header = read_state(checkpoint)
            start = Start(state, header["step"], header["seconds"])
        self._training = self._make(start)

    def _make(self, start: Start | None) -> EvaluatedTraining | RepeatedTraining | UnwatchedTraining:
        if isinstance(self._prepared, WholeSets):  # of a confirmation
            return UnwatchedTraining(self._settings, self._prepared, self._device, start)
        about = self._settings, self._prepared, self._direction, self._device
        return (
            EvaluatedTraining(*about, start) if self._repeats == 1 else RepeatedTraining(*about, self._repeats, start)
        )

    def step(self) -> dict[str, Any]:
        """Train up to the next report."""
        try:
            report = next(self._training)
        except Exception as error:
            self._failed = True
            reason = f"{type(error).__name__}: {error}"
            return {"done": True, "error": reason, "peak_memory_mb": peak_memory_mb(self._device)}
        return {
            "step": report.step,
            "seconds": report.seconds,
            NODE: self._node,
            "peak_memory_mb": peak_memory_mb(self._device),
            "metric": report.metrics,
            SCORE: report.metrics[self._metric],
            ALARMS: self._training.alarms,
            "done": report.step == self._settings.steps,
        }

    def save_checkpoint(self, checkpoint_dir: str) -> None:
        """Write what the training needs to go on, and samples of what it does to images."""
        if self._failed or self._training.last is None:  # nothing that could be gone on with
            return
        self._training.save(Path(checkpoint_dir), trial=self._number)

    def save(self, checkpoint_dir: str | None = None) -> Any:
        """Save and store a checkpoint, waiting where the storage takes no writes."""
        return outlast(partial(super().save, checkpoint_dir))

    def load_checkpoint(self, checkpoint: str) -> None:  # type: ignore[override]  # a folder, as it was saved
        """Go on from a checkpoint, after the process was lost; if it is damaged, from the one before."""
        try:
            self._begin(Path(checkpoint))
        except InputError:
            self._begin_from(newest_checkpoint(self._checkpoints, self._number))
