"""Having Ray Tune keep a trial's last checkpoint but one: the last may turn out to be damaged."""

from collections.abc import Iterator
from contextlib import contextmanager

from ray.train._internal.checkpoint_manager import _CheckpointManager
from ray.train._internal.session import _TrainingResult
from ray.train._internal.storage import _delete_fs_path

from lstnet_search.tuning.searcher import SCORE


@contextmanager
def spare_checkpoints() -> Iterator[None]:
    """Let runs in the block keep, of each trial, the best checkpoint and the last two.

    Ray keeps the best and the last, which are one where a trial grows better and better, and its settings can only
    have it keep more of the best.
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
    self._checkpoint_results = [each for each in known if each in (best, before, checkpoint_result)]
    for each in known:
        if each not in self._checkpoint_results:
            assert each.checkpoint is not None
            _delete_fs_path(each.checkpoint.filesystem, each.checkpoint.path)
