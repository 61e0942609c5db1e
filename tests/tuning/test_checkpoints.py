"""Which checkpoints are found, which are passed over, and which are refused."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from lstnet_search.config import InputError
from lstnet_search.results.records import TrialRecord
from lstnet_search.results.storage import Storage
from lstnet_search.training import write_state
from lstnet_search.tuning.checkpoints import newest_checkpoint, refuse_other_versions, trial_folder


def write_checkpoint(folder: Path, at: int, **header: Any) -> str:
    """A checkpoint of trial 2; another header where one is given."""
    path = folder / "tune" / "run_001" / trial_folder(2) / f"checkpoint_{at:06d}"
    path.mkdir(parents=True)
    write_state(path, {"weight": torch.zeros(1)}, {"step": at, "trial": 2})
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
