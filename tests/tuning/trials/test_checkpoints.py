"""Which checkpoints are found, skipped, refused, copied and deleted."""

import errno
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from ray.tune import Checkpoint

from lstnet_search.errors import InputError
from lstnet_search.results.folder.storage import Storage
from lstnet_search.results.study.records import Exploit, TrialRecord
from lstnet_search.training import write_state
from lstnet_search.tuning.failures import storage_retry
from lstnet_search.tuning.trials.checkpoints import (
    checkpoint_at,
    copy_from_donor,
    delete_checkpoints,
    delete_unrecorded_checkpoints,
    is_intact,
    newest_checkpoint,
    refuse_other_versions,
    run_name,
    trial_folder,
)


def write_checkpoint(folder: Path, at: int, trial: int = 2, run: int = 1, **header: Any) -> str:
    """A checkpoint of a trial, with another header if one is given."""
    path = folder / "tune" / f"run_{run:03d}" / trial_folder(trial) / f"checkpoint_{at:06d}"
    path.mkdir(parents=True)
    write_state(path, {"weight": torch.zeros(1)}, {"step": at, "trial": trial})
    if header:
        (path / "state.json").write_text(json.dumps(header))
    return str(path)


def test_a_checkpoint_of_another_format_version_is_not_skipped(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, 1)
    write_checkpoint(tmp_path, 2, format_version=2, step=2)
    with pytest.raises(InputError, match="has format_version 2; this version reads 1: use the version"):
        newest_checkpoint(Storage.local(tmp_path), 2)


def test_a_checkpoint_without_a_version_is_damaged_and_skipped(tmp_path: Path) -> None:
    whole = write_checkpoint(tmp_path, 1)
    write_checkpoint(tmp_path, 2, step=2)
    assert newest_checkpoint(Storage.local(tmp_path), 2) == whole


def test_other_versions_are_refused_if_their_trial_continues(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, 1, format_version=2, step=1)
    storage = Storage.local(tmp_path)
    refuse_other_versions(storage, [TrialRecord(1, "RUNNING", {}), TrialRecord(2, "COMPLETE", {})])
    with pytest.raises(InputError, match="format_version 2"):
        refuse_other_versions(storage, [TrialRecord(2, "RUNNING", {})])


@pytest.mark.parametrize("name", ["state.json", "state.safetensors"])
def test_a_checkpoint_that_cannot_be_read_for_a_while_is_not_taken_for_damaged(
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

    monkeypatch.setattr(storage_retry, "RETRY_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert newest_checkpoint(Storage.local(tmp_path), 2) == newest
    assert not away
    away.append(True)
    checkpoint = Checkpoint(newest)
    with pytest.raises(InputError, match="Stale file handle"):
        is_intact(checkpoint)
    assert is_intact(checkpoint)


def test_checkpoints_of_trials_that_the_study_does_not_know_are_deleted(tmp_path: Path) -> None:
    known, unknown = (Path(write_checkpoint(tmp_path, 1, trial=number)) for number in (2, 3))
    delete_unrecorded_checkpoints(Storage.local(tmp_path), [TrialRecord(2, "RUNNING", {})])
    assert known.exists()
    assert not unknown.exists()


def test_a_copied_checkpoint_comes_before_the_trials_own_and_belongs_to_no_report(tmp_path: Path) -> None:
    given, own = (write_checkpoint(tmp_path, 20, trial=number) for number in (1, 2))
    storage, mine = Storage.local(tmp_path), str(Path(own).parent)
    copied = copy_from_donor(Checkpoint(given), mine, donor=1, step=20).path
    assert newest_checkpoint(storage, 2) == copied
    assert newest_checkpoint(storage, 2, at_most=19) is None
    found = checkpoint_at(storage, 2, 20)
    assert found is not None
    assert found.path == own

    later = copy_from_donor(Checkpoint(write_checkpoint(tmp_path, 40, trial=1)), mine, donor=1, step=40).path
    assert not Path(copied).exists()
    donor = TrialRecord(1, "RUNNING", {})
    recorded = TrialRecord(2, "RUNNING", {}, exploits=(Exploit(40, 1, {}),))
    delete_unrecorded_checkpoints(storage, [donor, recorded])
    assert Path(later).is_dir()
    delete_unrecorded_checkpoints(storage, [donor, TrialRecord(2, "RUNNING", {})])
    assert newest_checkpoint(storage, 2) == own


def test_of_a_step_that_was_trained_again_the_later_runs_checkpoint_belongs_to_the_report(tmp_path: Path) -> None:
    for run in (2, 1, 3):
        write_checkpoint(tmp_path, 20, run=run)
    found = checkpoint_at(Storage.local(tmp_path), 2, 20)
    assert found is not None
    assert "run_003" in found.path


def test_the_checkpoints_of_chosen_trials_are_deleted_in_all_runs(tmp_path: Path) -> None:
    first, second = (Path(write_checkpoint(tmp_path, 1, trial=number)) for number in (2, 3))
    second_run = tmp_path / "tune" / "run_002"
    second_run.mkdir()
    assert run_name(Storage.local(tmp_path)) == "run_003"
    delete_checkpoints(Storage.local(tmp_path), {2})
    assert (first.exists(), second.exists()) == (False, True)
