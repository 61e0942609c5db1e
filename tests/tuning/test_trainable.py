"""What a trial's process goes on from; the rest of it runs in whole searches."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from lstnet_search.results.storage import Storage
from lstnet_search.training import Start, write_state
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


@pytest.fixture(params=["after its process was lost", "as it was handed out"])
def go_on(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Path], Start | None]:
    """What a trial goes on from, given a checkpoint by Ray or by the searcher."""

    def begin(checkpoint: Path) -> Start | None:
        process = Process(tmp_path)
        if request.param == "as it was handed out":
            process._begin_from(str(checkpoint))
        else:
            process.load_checkpoint(str(checkpoint))
        return process._start

    return begin


@pytest.mark.parametrize("damaged", ["state.safetensors", "state.json"])
def test_a_checkpoint_that_is_damaged_is_passed_over_for_the_one_before(
    tmp_path: Path, go_on: Callable[[Path], Start | None], damaged: str
) -> None:
    write_checkpoint(tmp_path, 10)
    newest = write_checkpoint(tmp_path, 20)
    start = go_on(newest)
    assert start is not None
    assert start.step == 20
    os.truncate(newest / damaged, 20)
    start = go_on(newest)
    assert start is not None
    assert start.step == 10
    assert start.state["weight"][0] == 10.0


def test_no_checkpoint_beyond_the_damaged_one_is_taken(
    tmp_path: Path, go_on: Callable[[Path], Start | None]
) -> None:  # its report may be one that the study has lost
    write_checkpoint(tmp_path, 10)
    damaged = write_checkpoint(tmp_path, 20)
    write_checkpoint(tmp_path, 30)
    os.truncate(damaged / "state.safetensors", 20)
    start = go_on(damaged)
    assert start is not None
    assert start.step == 10


def test_where_no_checkpoint_is_whole_the_trial_begins_anew(
    tmp_path: Path, go_on: Callable[[Path], Start | None]
) -> None:
    only = write_checkpoint(tmp_path, 10)
    os.truncate(only / "state.safetensors", 20)
    assert go_on(only) is None
