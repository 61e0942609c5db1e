"""Which checkpoints of a trial Ray keeps, in Ray's own bookkeeping."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from pyarrow.fs import LocalFileSystem
from ray.train._internal.checkpoint_manager import _CheckpointManager
from ray.train._internal.session import _TrainingResult
from ray.tune import Checkpoint, CheckpointConfig

from lstnet_search.tuning.protocol import SCORE
from lstnet_search.tuning.ray_patches.keep_last_checkpoints import keep_last_checkpoints


class Disk(LocalFileSystem):
    """A file system where some of the first deletions fail with an error."""

    def __init__(self, failing: int = 0, error: int = 0) -> None:
        super().__init__()
        self.failing, self.error = failing, error

    def delete_dir(self, path: Any) -> None:
        """Fail, or delete a folder."""
        if self.failing:
            self.failing -= 1
            raise OSError(self.error, os.strerror(self.error), path)
        super().delete_dir(path)


def kept(folder: Path, scores: list[float], disk: LocalFileSystem | None = None) -> list[int]:
    """Steps of the checkpoints that are left. One checkpoint is registered per score."""
    disk = disk or LocalFileSystem()
    config = CheckpointConfig(num_to_keep=1, checkpoint_score_attribute=SCORE, checkpoint_score_order="max")
    manager = _CheckpointManager(config)
    for step, score in enumerate(scores, start=1):
        path = folder / str(step)
        path.mkdir(parents=True)
        manager.register_checkpoint(_TrainingResult(Checkpoint(str(path), disk), {SCORE: score}))
    assert manager.latest_checkpoint_result.checkpoint.path == str(folder / str(len(scores)))
    return sorted(int(path.name) for path in folder.iterdir())


def test_the_last_two_checkpoints_are_kept_and_the_best(tmp_path: Path) -> None:
    with keep_last_checkpoints():
        assert kept(tmp_path / "rising", [0.1, 0.2, 0.3, 0.4]) == [3, 4]
        assert kept(tmp_path / "falling", [0.4, 0.3, 0.2, 0.1]) == [1, 3, 4]
        assert kept(tmp_path / "ties", [0.2, 0.2, 0.1, 0.1, 0.1]) == [2, 4, 5]  # the best is the later of equals
        assert kept(tmp_path / "one", [0.2]) == [1]
    assert kept(tmp_path / "as-ray-does", [0.1, 0.2, 0.3, 0.4]) == [4]


def test_a_checkpoint_is_deleted_later_where_the_storage_takes_no_writes_for_a_while(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with keep_last_checkpoints():
        assert kept(tmp_path / "read-only", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], Disk(3, errno.EROFS)) == [5, 6]
        assert not caplog.messages
        assert kept(tmp_path / "denied", [0.1, 0.2, 0.3, 0.4], Disk(1, errno.EACCES)) == [1, 3, 4]
    (said,) = caplog.messages
    assert said.startswith(f"the checkpoint {tmp_path / 'denied' / '1'} stays: ")
    assert "Traceback" not in capfd.readouterr().err
