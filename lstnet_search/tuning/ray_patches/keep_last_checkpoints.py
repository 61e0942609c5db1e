"""Having Ray Tune keep a trial's last checkpoint but one: the last may turn out to be damaged."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from ray.train._internal.checkpoint_manager import _CheckpointManager
from ray.train._internal.session import _TrainingResult

from lstnet_search.tuning.failures.storage_retry import unwritable
from lstnet_search.tuning.protocol import SCORE

_log = logging.getLogger(__name__)


@contextmanager
def spare_checkpoints() -> Iterator[None]:
    """Let runs in the block keep, of each trial, the best checkpoint and the last two.

    Ray keeps the best and the last, which are one where a trial grows better and better, and its settings can only
    have it keep more of the best. One that cannot be deleted while the storage takes no writes is kept until the
    trial's next.
    """
    original = _CheckpointManager.register_checkpoint
    _CheckpointManager.register_checkpoint = _register  # type: ignore[method-assign]
    try:
        yield
    finally:
        _CheckpointManager.register_checkpoint = original  # type: ignore[method-assign]


def _register(self: _CheckpointManager, checkpoint_result: _TrainingResult) -> None:
    before, self._latest_checkpoint_result = self._latest_checkpoint_result, checkpoint_result
    known = [*self._checkpoint_results, checkpoint_result]
    best = max(reversed(known), key=lambda each: each.metrics.get(SCORE, float("-inf")))
    wanted = (best, before, checkpoint_result)
    self._checkpoint_results = [each for each in known if each in wanted or not _deleted(each)]


def _deleted(result: _TrainingResult) -> bool:
    """Delete the checkpoint of a report; False if that is to be tried again."""
    checkpoint = result.checkpoint
    assert checkpoint is not None
    assert checkpoint.filesystem is not None
    try:
        checkpoint.filesystem.delete_dir(checkpoint.path)
    except FileNotFoundError:
        return True
    except OSError as error:
        if unwritable(error):
            return False
        _log.warning("the checkpoint %s stays: %s", checkpoint.path, error)
    return True
