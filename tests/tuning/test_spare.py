"""Which checkpoints of a trial Ray keeps, in Ray's own bookkeeping."""

from pathlib import Path

from pyarrow.fs import LocalFileSystem
from ray.train._internal.checkpoint_manager import _CheckpointManager
from ray.train._internal.session import _TrainingResult
from ray.tune import Checkpoint, CheckpointConfig

from lstnet_search.tuning.searcher import SCORE
from lstnet_search.tuning.spare import spare_checkpoints


def kept(folder: Path, scores: list[float]) -> list[int]:
    """Steps of the checkpoints that are left, one a score."""
    config = CheckpointConfig(num_to_keep=1, checkpoint_score_attribute=SCORE, checkpoint_score_order="max")
    manager = _CheckpointManager(config)
    for step, score in enumerate(scores, start=1):
        path = folder / str(step)
        path.mkdir(parents=True)
        manager.register_checkpoint(_TrainingResult(Checkpoint(str(path), LocalFileSystem()), {SCORE: score}))
    assert manager.latest_checkpoint_result.checkpoint.path == str(folder / str(len(scores)))
    return sorted(int(path.name) for path in folder.iterdir())


def test_the_last_two_checkpoints_are_kept_and_the_best(tmp_path: Path) -> None:
    with spare_checkpoints():
        assert kept(tmp_path / "rising", [0.1, 0.2, 0.3, 0.4]) == [3, 4]
        assert kept(tmp_path / "falling", [0.4, 0.3, 0.2, 0.1]) == [1, 3, 4]
        assert kept(tmp_path / "ties", [0.2, 0.2, 0.1, 0.1, 0.1]) == [2, 4, 5]  # the best is the later of equals
        assert kept(tmp_path / "one", [0.2]) == [1]
    assert kept(tmp_path / "as-ray-does", [0.1, 0.2, 0.3, 0.4]) == [4]
