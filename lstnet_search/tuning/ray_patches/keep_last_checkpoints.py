"""Ray Tune keeps a trial's best checkpoint and its last two: the last one may turn out to be damaged."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from ray.train._internal.checkpoint_manager import _CheckpointManager
from ray.train._internal.session import _TrainingResult

from lstnet_search.tuning.failures.storage_retry import is_unavailable
from lstnet_search.tuning.protocol import SCORE

_log = logging.getLogger(__name__)


@contextmanager
def keep_last_checkpoints() -> Iterator[None]:
    """Make runs in the block keep each trial's best checkpoint and the last two.

    Ray keeps the best and the last, which are the same one in a trial that keeps improving. Its only setting,
    `num_to_keep`, keeps more of the best. A checkpoint that cannot be deleted because the storage is unavailable is
    kept until the trial's next checkpoint. Replaces `_CheckpointManager.register_checkpoint` (Ray 2.60.0).
    """
    original = _CheckpointManager.register_checkpoint
    _CheckpointManager.register_checkpoint = _register  # type: ignore[method-assign]
    try:
        yield
    finally:
        _CheckpointManager.register_checkpoint = original  # type: ignore[method-assign]


def _register(self: _CheckpointManager, checkpoint_result: _TrainingResult) -> None:
    previous, self._latest_checkpoint_result = self._latest_checkpoint_result, checkpoint_result
    results = [*self._checkpoint_results, checkpoint_result]
    best = max(reversed(results), key=lambda result: result.metrics.get(SCORE, float("-inf")))
    keep = (best, previous, checkpoint_result)
    self._checkpoint_results = [result for result in results if result in keep or not _deleted(result)]


def _deleted(result: _TrainingResult) -> bool:
    """Delete a report's checkpoint. False if that has to be tried again later."""
    checkpoint = result.checkpoint
    assert checkpoint is not None
    assert checkpoint.filesystem is not None
    try:
        checkpoint.filesystem.delete_dir(checkpoint.path)
    except FileNotFoundError:
        return True
    except OSError as error:
        if is_unavailable(error):
            return False
        _log.warning("the checkpoint %s stays: %s", checkpoint.path, error)
    return True
