"""What a trial's process goes on from; the rest of it runs in whole searches."""

import os
from pathlib import Path

import pytest
import torch

from lstnet_search.results.storage import Storage
from lstnet_search.training import write_state
from lstnet_search.tuning.checkpoints import trial_folder
from lstnet_search.tuning.trainable import Trainable


class Process(Trainable):
    """Of trial 2, without Ray."""

    def __init__(self, folder: Path) -> None:
        self._number = 2
        self._checkpoints = Storage.local(folder)


def write_checkpoint(folder: Path, step: int) -> Path:
    path = folder / "tune" / "run_001" / trial_folder(2) / f"checkpoint_{step:06d}"
    path.mkdir(parents=True)
    write_state(path, {"weight": torch.full((100,), float(step))}, {"step": step, "seconds": 1.0, "trial": 2})
    return path


@pytest.mark.parametrize("damaged", ["state.safetensors", "state.json"])
def test_a_checkpoint_that_is_damaged_is_passed_over_for_the_one_before(tmp_path: Path, damaged: str) -> None:
    write_checkpoint(tmp_path, 10)
    newest = write_checkpoint(tmp_path, 20)
    process = Process(tmp_path)
    process.load_checkpoint(str(newest))
    assert process._start is not None
    assert process._start.step == 20
    os.truncate(newest / damaged, 20)
    process.load_checkpoint(str(newest))
    assert process._start.step == 10
    assert process._start.state["weight"][0] == 10.0


def test_where_no_checkpoint_is_whole_the_trial_begins_anew(tmp_path: Path) -> None:
    only = write_checkpoint(tmp_path, 10)
    os.truncate(only / "state.safetensors", 20)
    process = Process(tmp_path)
    process.load_checkpoint(str(only))
    assert process._start is None
