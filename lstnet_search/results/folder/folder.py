"""The results folder: the one place that knows its file names and its format version."""

import fcntl
import io
import os
import re
import shlex
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import pandas as pd
import yaml

from lstnet_search.errors import InputError
from lstnet_search.io.atomic import remove_abandoned, write_whole
from lstnet_search.io.program import search_program
from lstnet_search.io.safe_read import read_regular
from lstnet_search.results.folder import tables as table_files
from lstnet_search.results.folder.search_record import SearchRecord
from lstnet_search.results.folder.yaml_record import parse_versioned, read_versioned
from lstnet_search.results.study.configurations import configurations_table, ranked_by, with_expectations
from lstnet_search.results.study.records import TrialRecord, history_table, trials_table

FORMAT_VERSION = 1

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

_HOLDER = re.compile(r"([\w.-]{1,255}) (\d{1,9})\n")
_LOCK_ATTEMPTS = 50
_LOCK_PAUSE = 0.01
"""Seconds between two attempts."""


class ResultsFolder:
    """The folder that holds all results of one search."""

    def __init__(self, path: Path) -> None:
        """Name a folder. Nothing is read or written yet."""
        self.path = path
        self.search_file = path / "search.yaml"
        self.study_file = path / "study.journal"
        self.trials_file = path / "trials.parquet"
        self.configurations_file = path / "configurations.parquet"
        self.history_file = path / "history.parquet"
        self.best_config_file = path / "best_config.yaml"
        self.best_model = path / "best_model"
        self.translations_file = path / "translations.png"
        self.samples = path / "samples"
        self.tune = path / "tune"
        self.tensorboard = path / "tensorboard"
        self.openings_file = path / "test_openings.jsonl"
        self.confirmation = path / "confirmation"
        self.confirmation_plan_file = self.confirmation / "plan.yaml"
        self.confirmation_table_file = path / "confirmation.parquet"
        self.confirmation_file = path / "confirmation.yaml"
        self._lock_file = path / ".lock"

    @classmethod
    def named(cls, results_dir: Path, name: str) -> Self:
        """The folder of the search `name`, whether or not it exists.

        Raises:
            InputError: if the name is not one plain path component.
        """
        if not _NAME.fullmatch(name):
            raise InputError(
                f"--name {name!r} must be 1 to 100 letters, digits, '.', '_' or '-', the first a letter or digit; "
                "choose another"
            )
        return cls(results_dir / name)

    @classmethod
    def existing(cls, path: Path) -> Self:
        """The folder that a search has made at a path.

        Raises:
            InputError: if it is not a results folder.
        """
        folder = cls(path)
        if not folder.search_file.is_file():
            raise InputError(f"{path} is not a results folder: it has no search.yaml; give one, such as results/NAME")
        return folder

    @classmethod
    def find(cls, name_or_path: str | Path, results_dir: Path = Path("results")) -> Self:
        """The folder that a user means: commands accept a study's name as well as its path.

        Args:
            name_or_path: Path of a results folder, or the name of a search. A path that is a results folder wins.
            results_dir: The folder that holds the results folders of all searches.

        Raises:
            InputError: if neither is a results folder.
        """
        path = Path(name_or_path)
        if _NAME.fullmatch(str(name_or_path)) and not cls(path).search_file.is_file():
            if not cls(results_dir / path).search_file.is_file():
                raise InputError(
                    f"neither {path} nor {results_dir / path} is a results folder: they have no search.yaml; "
                    "give the path of a results folder or the name of a search"
                )
            return cls(results_dir / path)
        return cls.existing(path)

    @classmethod
    def newest(cls, results_dir: Path = Path("results")) -> Self:
        """The folder that was made, or whose tables were written, most recently.

        Raises:
            InputError: if there is none.
        """
        found = [cls(path.parent) for path in results_dir.glob("*/search.yaml")]
        if not found:
            raise InputError(f"{results_dir} has no study; search first, or give the path of a results folder")
        return max(found, key=lambda each: max(map(_written, (each.search_file, each.trials_file))))

    def resume_command(self, *options: str) -> str:
        """The command that resumes the search from the current directory, with further options.

        It starts the program as this process was started, so that it also works where there is no checkout.
        """
        parent = str(self.path.parent)
        where = () if parent == "results" else ("--results-dir", parent)
        return shlex.join([*search_program(), "--name", self.path.name, "--resume", *where, *options])

    def has(self, file: Path) -> bool:
        """Whether a file exists inside the folder. A link that leads out of it does not count."""
        return file.is_file() and self._is_inside(file)

    def refuse_link(self, path: Path) -> None:
        """Refuse a file or folder that is about to be read or written if it is a link that leads out of this folder.

        Raises:
            InputError: if it is one, whether or not its target exists.
        """
        if not self._is_inside(path):
            raise InputError(f"{path} is a link that leads out of {self.path}; put the file itself there, or remove it")

    def _is_inside(self, path: Path) -> bool:
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.path))

    def refuse_existing(self) -> None:
        """Refuse a folder that exists already.

        Raises:
            InputError: if anything exists at the path.
        """
        if self.path.exists():
            raise InputError(f"{self.path} exists already; choose another --name, or resume it with --resume")

    def create(self, search: dict[str, Any]) -> None:
        """Make the folder and write `search.yaml`.

        Raises:
            InputError: if the folder exists already or cannot be made.
        """
        self.refuse_existing()
        try:
            self.samples.mkdir(parents=True)
        except OSError as error:
            raise InputError(f"cannot make {self.path}: {error}; choose another --results-dir") from None
        self.write_search(search)

    def write_search(self, search: dict[str, Any]) -> None:
        """Write `search.yaml`: the settings of the search, and what it runs on."""
        content = {"format_version": FORMAT_VERSION} | search
        write_whole(self.search_file, yaml.safe_dump(content, sort_keys=False, allow_unicode=True))

    def update_search(self, settings: dict[str, Any]) -> None:
        """Write the settings of the search into `search.yaml` if they have changed: a search can be enlarged.

        Raises:
            InputError: if the file is unreadable or of another format version.
        """
        content = read_versioned(self.search_file, FORMAT_VERSION)
        if content.get("search") != settings:
            self.write_search(content | {"search": settings})

    def read_search(self) -> SearchRecord:
        """The content of `search.yaml`.

        Raises:
            InputError: if the file is unreadable, of another format version, or holds a value that is not allowed.
        """
        return SearchRecord.parse(read_versioned(self.search_file, FORMAT_VERSION), str(self.search_file))

    def parse_search(self, content: bytes) -> SearchRecord:
        """The content of a `search.yaml` elsewhere, such as in a mirror. Error messages name the file of this folder.

        Raises:
            InputError: as in `read_search`.
        """
        where = str(self.search_file)
        return SearchRecord.parse(parse_versioned(content, where, FORMAT_VERSION), where)

    def write_tables(self, records: Sequence[TrialRecord], metric: str) -> None:
        """Write `trials.parquet`, `configurations.parquet` and `history.parquet`, each atomically."""
        trials, ranking = trials_table(records, metric), ranked_by(records, metric)
        write_whole(self.trials_file, _parquet(with_expectations(trials, ranking)))
        write_whole(self.configurations_file, _parquet(configurations_table(trials, ranking)))
        write_whole(self.history_file, _parquet(history_table(records)))

    def read_trials(self) -> pd.DataFrame:
        """`trials.parquet`.

        Raises:
            InputError: if it is missing or damaged.
        """
        return table_files.read_trials(self.trials_file)

    def read_history(self) -> pd.DataFrame:
        """`history.parquet`.

        Raises:
            InputError: if it is missing or damaged.
        """
        return table_files.read_history(self.history_file)

    def read_confirmation_table(self) -> pd.DataFrame:
        """`confirmation.parquet`.

        Raises:
            InputError: if it is missing or damaged.
        """
        return table_files.read_confirmation(self.confirmation_table_file)

    def remove_abandoned(self) -> None:
        """Remove unfinished files that a killed process left behind; nothing reads them."""
        for folder in (self.path, self.samples, self.confirmation):
            if folder.is_dir():
                remove_abandoned(folder)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder for one search. The lock ends with the process, however it ends.

        On NFS, a lock on a file holds on all machines, while a lock on a folder holds on one machine only. That is why
        a file is locked.

        Raises:
            InputError: if another process has the lock, the folder cannot be locked, or something that is written in
                place is a link that leads out of the folder.
        """
        confirmation_study = self.confirmation / self.study_file.name
        for path in (self.study_file, confirmation_study, self.openings_file, self.samples, self._lock_file):
            self.refuse_link(path)
        try:
            handle = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise InputError(f"cannot write to {self.path}: {error.strerror}; make it writable for your user") from None
        try:
            try:
                locked = _lock(handle)
            except OSError as error:
                raise InputError(
                    f"cannot lock {self.path}: {error.strerror}; give a --results-dir on a file system with locks"
                ) from None
            if not locked:
                raise InputError(f"a search is running in {self.path}; wait for it, or stop it first")
            os.truncate(handle, 0)
            os.write(handle, f"{socket.gethostname()} {os.getpid()}\n".encode())
            yield
        finally:
            os.close(handle)

    def runs_where(self) -> tuple[str, int] | None:
        """The host and the process of the search that runs in the folder; None if they cannot be read."""
        try:
            found = _HOLDER.fullmatch(read_regular(self._lock_file).decode("ascii", errors="replace"))
        except OSError:  # not for this user to read
            return None
        return None if found is None else (found[1], int(found[2]))  # an earlier version wrote nothing

    def is_running(self) -> bool:
        """Whether a search is running in the folder, as far as a user who may only read it can tell.

        This does not keep a search from starting: the check takes a shared lock for an instant, and a search that
        starts waits for it (see `_lock`).
        """
        try:
            handle = os.open(self._lock_file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:  # the file system has no locks
            return False
        finally:
            os.close(handle)
        return False


def _written(file: Path) -> float:
    """When a file was written, in seconds; 0 if it does not exist."""
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _lock(handle: int) -> bool:
    """Lock a file for this process alone; return whether that succeeded.

    It tries for half a second: a process that only checks whether a search is running holds the lock for an instant.
    """
    for _ in range(_LOCK_ATTEMPTS):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_PAUSE)
        else:
            return True
    return False


def _parquet(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()
