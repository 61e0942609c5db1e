"""Writes to a journal file: several at once, and interrupted ones."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest

from lstnet_search.tuning.study.journal import Journal


def attributes(path: Path) -> dict[str, object]:
    """The attributes of the only trial, as another process reads them."""
    (trial,) = optuna.load_study(study_name="it", storage=Journal(path)).trials
    return dict(trial.user_attrs)


def test_what_is_written_in_a_block_appears_when_the_outer_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "study.journal"
    journal = Journal(path)
    trial = optuna.create_study(storage=journal, study_name="it").ask()
    with journal.one_write():
        trial.set_user_attr("first", 1)
        with journal.one_write():
            trial.set_user_attr("second", 2)
        assert attributes(path) == {}
    assert attributes(path) == {"first": 1, "second": 2}
    trial.set_user_attr("third", 3)
    assert attributes(path) == {"first": 1, "second": 2, "third": 3}


def test_what_was_written_before_an_error_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "study.journal"
    journal = Journal(path)
    trial = optuna.create_study(storage=journal, study_name="it").ask()

    def write() -> None:
        with journal.one_write():
            trial.set_user_attr("first", 1)
            raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"):
        write()
    assert attributes(path) == {"first": 1}


def test_a_block_is_one_write_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path / "study.journal")
    trial = optuna.create_study(storage=journal, study_name="it").ask()
    synced: list[int] = []
    monkeypatch.setattr("os.fsync", synced.append)
    with journal.one_write():
        trial.suggest_float("w1", 1, 10)
        trial.set_user_attr("seed", 0)
    assert len(synced) == 1


def test_a_failed_write_leaves_nothing_and_is_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "study.journal"
    trial = optuna.create_study(storage=Journal(path), study_name="it").ask()
    sizes: list[int] = []

    def broken_once(file: int) -> None:
        sizes.append(path.stat().st_size)
        if len(sizes) == 1:
            raise OSError(errno.EIO, "Input/output error")

    before = path.stat().st_size
    monkeypatch.setattr("os.fsync", broken_once)
    trial.set_user_attr("first", 1)
    assert sizes[0] == sizes[1] == path.stat().st_size > before
    assert attributes(path) == {"first": 1}


def test_what_cannot_be_removed_at_once_is_removed_before_the_next_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "study.journal"
    study = optuna.create_study(storage=Journal(path), study_name="it")
    real, away = {"os.fsync": os.fsync, "os.truncate": os.truncate}, ["os.truncate", "os.fsync"]

    def failing_once(name: str) -> Callable[..., None]:
        def call(*arguments: Any) -> None:
            if name in away:
                away.remove(name)
                raise OSError(errno.EIO, "Input/output error")
            real[name](*arguments)

        return call

    for name in real:
        monkeypatch.setattr(name, failing_once(name))
    study.ask()
    assert not away
    study.ask()
    again = optuna.load_study(study_name="it", storage=Journal(path))
    assert [trial.number for trial in again.trials] == [0, 1]


def test_a_process_that_is_killed_leaves_no_lock_behind(tmp_path: Path) -> None:
    path = tmp_path / "study.journal"
    trial = optuna.create_study(storage=Journal(path), study_name="it").ask()
    trial.set_user_attr("first", 1)
    (tmp_path / "study.journal.lock").symlink_to(path)  # an earlier version left it
    trial.set_user_attr("second", 2)
    assert attributes(path) == {"first": 1, "second": 2}
