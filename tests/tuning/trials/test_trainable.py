"""What a trial continues from, and which errors end it. Whole searches test the rest."""

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch

from lstnet_search.results.folder.storage import Storage
from lstnet_search.training import Start, write_state
from lstnet_search.tuning.failures import storage_retry
from lstnet_search.tuning.failures.storage_errors import NOT_STORED
from lstnet_search.tuning.trials.checkpoints import trial_folder
from lstnet_search.tuning.trials.trainable import Trainable


class Process(Trainable):
    """The process of trial 2, without Ray."""

    def __init__(self, folder: Path) -> None:
        self._number = 2
        self._checkpoints = Storage.local(folder)


def write_checkpoint(folder: Path, step: int) -> Path:
    path = folder / "tune" / "run_001" / trial_folder(2) / f"checkpoint_{step:06d}"
    path.mkdir(parents=True)
    write_state(path, {"weight": torch.full((100,), float(step))}, {"step": step, "seconds": 1.0, "trial": 2})
    return path


@pytest.fixture(params=["after its process was lost", "as it was handed out"])
def continue_from(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Path], Start | None]:
    """Continues from a checkpoint that Ray or the searcher gives, and returns where the trial starts."""

    def begin(checkpoint: Path) -> Start | None:
        process = Process(tmp_path)
        if request.param == "as it was handed out":
            process._begin_from(str(checkpoint))
        else:
            process.load_checkpoint(str(checkpoint))
        return process._start

    return begin


@pytest.mark.parametrize("damaged", ["state.safetensors", "state.json"])
def test_instead_of_a_damaged_checkpoint_the_one_before_is_taken(
    tmp_path: Path, continue_from: Callable[[Path], Start | None], damaged: str
) -> None:
    write_checkpoint(tmp_path, 10)
    newest = write_checkpoint(tmp_path, 20)
    start = continue_from(newest)
    assert start is not None
    assert start.step == 20
    os.truncate(newest / damaged, 20)
    start = continue_from(newest)
    assert start is not None
    assert start.step == 10
    assert start.state["weight"][0] == 10.0


def test_never_a_checkpoint_after_the_damaged_one(
    tmp_path: Path, continue_from: Callable[[Path], Start | None]
) -> None:  # the study may not know the later report
    write_checkpoint(tmp_path, 10)
    damaged = write_checkpoint(tmp_path, 20)
    write_checkpoint(tmp_path, 30)
    os.truncate(damaged / "state.safetensors", 20)
    start = continue_from(damaged)
    assert start is not None
    assert start.step == 10


def test_without_an_intact_checkpoint_the_trial_starts_from_the_beginning(
    tmp_path: Path, continue_from: Callable[[Path], Start | None]
) -> None:
    only = write_checkpoint(tmp_path, 10)
    os.truncate(only / "state.safetensors", 20)
    assert continue_from(only) is None


class Working(Trainable):
    """A process without Ray, whose storage raises some errors first."""

    def __init__(self, errors: Sequence[OSError]) -> None:
        self.errors = list(errors)
        self.written: list[Path] = []

    def save_checkpoint(self, checkpoint_dir: str) -> None:
        self.written.append(Path(checkpoint_dir) / "state")
        self.written[-1].write_bytes(b"state")

    def _report_class_trainable_checkpoint(self, checkpoint_dir: str, checkpoint_dict_or_path: object) -> str:
        if self.errors:
            raise self.errors.pop()
        return (Path(checkpoint_dir) / "state").read_text()


def test_storing_a_checkpoint_is_retried_and_leaves_no_temporary_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(storage_retry, "RETRY_EVERY_SECONDS", 0.0)
    waiting = Working([OSError(errno.EROFS, "Read-only file system")] * 3)
    assert waiting.save() == "state"
    assert len(waiting.written) == 4
    assert not any(written.parent.exists() for written in waiting.written)


def test_a_checkpoint_that_is_refused_says_that_it_cannot_be_stored() -> None:
    refused = Working([OSError("AWS Error ACCESS_DENIED")])
    with pytest.raises(OSError, match=f"{NOT_STORED}: AWS Error ACCESS_DENIED"):
        refused.save()
    assert not refused.written[0].parent.exists()


@pytest.mark.parametrize("broken", [False, True])
def test_an_error_fails_the_trial_unless_its_process_has_lost_the_gpu(
    broken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def synchronize(device: torch.device) -> None:
        if broken:
            raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")

    def report() -> None:
        raise ValueError("why")

    monkeypatch.setattr(torch.cuda, "synchronize", synchronize)
    monkeypatch.setattr("lstnet_search.tuning.trials.trainable.peak_memory_mb", lambda device: 0.0)
    process = Process(Path())
    process._device, process._retry_on_oom = torch.device("cuda"), False
    monkeypatch.setattr(process, "_next_report", report)
    if broken:
        with pytest.raises(ValueError, match="why"):
            process.step()
    else:
        assert process.step()["error"] == "ValueError: why"
