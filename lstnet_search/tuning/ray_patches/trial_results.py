"""The results that Ray keeps for a trial: forgetting them, and continuing from another one."""

from typing import Any

from ray.train._internal.session import _TrainingResult
from ray.tune import Checkpoint
from ray.tune.experiment import Trial

from lstnet_search.tuning.protocol import METRICS


def forget_metrics(trial: Trial) -> None:
    """Drop the metrics that Ray keeps for a trial that has ended. Nothing reads them, and a search lasts for days.

    Uses `_checkpoint_results` of the trial's checkpoint manager (Ray 2.60.0).
    """
    trial.metric_analysis.clear()
    trial.metric_n_steps.clear()
    checkpoints = trial.run_metadata.checkpoint_manager
    assert checkpoints is not None
    for result in (trial.run_metadata.last_result, *(each.metrics for each in checkpoints._checkpoint_results)):
        result.pop(METRICS, None)


def continue_from(trial: Trial, checkpoint: Checkpoint, result: dict[str, Any]) -> None:
    """Let a paused trial continue from a checkpoint with its result.

    Sets `_latest_checkpoint_result` of the trial's checkpoint manager to a `_TrainingResult` (Ray 2.60.0).
    """
    checkpoints = trial.run_metadata.checkpoint_manager
    assert checkpoints is not None
    checkpoints._latest_checkpoint_result = _TrainingResult(checkpoint=checkpoint, metrics=result)
