"""Which checkpoints are found, which are passed over, and which are refused."""

import errno
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from ray.tune import Checkpoint

from lstnet_search.errors import InputError
from lstnet_search.results.folder.storage import Storage
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.training import write_state
from lstnet_search.tuning.failures import storage_retry
from lstnet_search.tuning.trials.checkpoints import (
    drop_unnoted,
    is_whole,
    newest_checkpoint,
    refuse_other_versions,
    trial_folder,
)


def write_checkpoint(folder: Path, at: int, trial: int = 2, **header: Any) -> str:
    """A checkpoint of a trial; another header where one is given."""
    path = folder / "tune" / "run_001" / trial_folder(trial) / f"checkpoint_{at:06d}"
    path.mkdir(parents=True)
    write_state(path, {"weight": torch.zeros(1)}, {"step": at, "trial": trial})
    if header:
        (path / "state.json").write_text(json.dumps(header))
    return str(path)


def test_a_checkpoint_of_another_format_version_is_not_passed_over(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, 1)
    write_checkpoint(tmp_path, 2, format_version=2, step=2)
    with pytest.raises(InputError, match="has format_version 2; this version reads 1: use the version"):
        newest_checkpoint(Storage.local(tmp_path), 2)


def test_one_without_a_version_is_damaged_and_passed_over(tmp_path: Path) -> None:
    whole = write_checkpoint(tmp_path, 1)
    write_checkpoint(tmp_path, 2, step=2)
    assert newest_checkpoint(Storage.local(tmp_path), 2) == whole


def test_other_versions_are_refused_where_a_trial_is_to_go_on(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, 1, format_version=2, step=1)
    storage = Storage.local(tmp_path)
    refuse_other_versions(storage, [TrialRecord(1, "RUNNING", {}), TrialRecord(2, "COMPLETE", {})])
    with pytest.raises(InputError, match="format_version 2"):
        refuse_other_versions(storage, [TrialRecord(2, "RUNNING", {})])


@pytest.mark.parametrize("name", ["state.json", "state.safetensors"])
def test_one_that_the_storage_does_not_give_for_a_while_is_not_taken_for_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write_checkpoint(tmp_path, 1)
    newest = write_checkpoint(tmp_path, 2)
    read, away = Path.read_bytes, [True, True]

    def read_bytes(path: Path) -> bytes:
        if path == Path(newest) / name and away:
            away.pop()
            raise OSError(errno.ESTALE, "Stale file handle")
        return read(path)

    monkeypatch.setattr(storage_retry, "AGAIN_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert newest_checkpoint(Storage.local(tmp_path), 2) == newest
    assert not away
    away.append(True)
    checkpoint = Checkpoint(newest)
    with pytest.raises(InputError, match="Stale file handle"):
        is_whole(checkpoint)
    assert is_whole(checkpoint)


def test_of_trials_that_the_study_does_not_know_none_are_kept(tmp_path: Path) -> None:
    known, unknown = (Path(write_checkpoint(tmp_path, 1, trial=number)) for number in (2, 3))
    drop_unnoted(Storage.local(tmp_path), [TrialRecord(2, "RUNNING", {})])
    assert known.exists()
    assert not unknown.exists()
