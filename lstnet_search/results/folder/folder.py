"""The results folder: the one place that knows its file names and format version."""

import fcntl
import io
import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import pandas as pd
import yaml

from lstnet_search.config.metrics import TARGET
from lstnet_search.errors import InputError
from lstnet_search.io.atomic import remove_abandoned, write_whole
from lstnet_search.io.safe_read import read_regular
from lstnet_search.io.versions import check_version
from lstnet_search.io.yaml import parse_yaml
from lstnet_search.results.folder import tables as table_files
from lstnet_search.results.folder.search_record import known_search
from lstnet_search.results.study.records import TrialRecord, history_table, trials_table

FORMAT_VERSION = 1

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class ResultsFolder:
    """Where a search keeps what it found."""

    def __init__(self, path: Path) -> None:
        """Name a folder; nothing is read or written yet."""
        self.path = path
        self.search_file = path / "search.yaml"
        self.study_file = path / "study.journal"
        self.trials_file = path / "trials.parquet"
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

    @classmethod
    def named(cls, results_dir: Path, name: str) -> Self:
        """The folder of a search.

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
        """A folder that a search has made.

        Raises:
            InputError: if it is not one.
        """
        folder = cls(path)
        if not folder.search_file.is_file():
            raise InputError(f"{path} is not a results folder: it has no search.yaml; give one, such as results/NAME")
        return folder

    def going_on(self, *options: str) -> str:
        """The command that goes on with the search, with more of its options."""
        parent = str(self.path.parent)
        where = () if parent == "results" else ("--results-dir", parent)
        return shlex.join(["python", "run_search.py", "--name", self.path.name, "--resume", *where, *options])

    def has(self, file: Path) -> bool:
        """Whether a file is there, and in the folder: a link could lead to any other file of this machine."""
        return file.is_file() and self._leads_within(file)

    def refuse_link(self, file: Path) -> None:
        """Refuse a file that is to be read or written, and is a link out of the folder.

        Raises:
            InputError: if it is one, whether or not anything is where it leads.
        """
        if not self._leads_within(file):
            raise InputError(f"{file} is a link that leads out of {self.path}; put the file itself there, or remove it")

    def _leads_within(self, file: Path) -> bool:
        return Path(os.path.realpath(file)).is_relative_to(os.path.realpath(self.path))

    def refuse_existing(self) -> None:
        """Refuse a folder that is there already.

        Raises:
            InputError: if anything stands at the path.
        """
        if self.path.exists():
            raise InputError(f"{self.path} exists already; choose another --name, or go on with it by --resume")

    def create(self, search: dict[str, Any]) -> None:
        """Make the folder and write `search.yaml`.

        Raises:
            InputError: if it exists already or cannot be made.
        """
        self.refuse_existing()
        try:
            self.samples.mkdir(parents=True)
        except OSError as error:
            raise InputError(f"cannot make {self.path}: {error}; choose another --results-dir") from None
        self.write_search(search)

    def write_search(self, search: dict[str, Any]) -> None:
        """Write `search.yaml`: what was asked, and what it ran on."""
        content = {"format_version": FORMAT_VERSION} | search
        write_whole(self.search_file, yaml.safe_dump(content, sort_keys=False, allow_unicode=True))

    def record_search(self, asked: dict[str, Any]) -> None:
        """Write what is asked now, if it is not what `search.yaml` has: a search can be enlarged."""
        recorded = self.read_search()
        if recorded["search"] != asked:
            self.write_search(recorded | {"search": asked})

    def read_search(self) -> dict[str, Any]:
        """The content of `search.yaml`.

        Raises:
            InputError: if it is unreadable or of another format version.
        """
        return known_search(read_versioned(self.search_file, FORMAT_VERSION), self.search_file)

    def write_tables(self, records: Sequence[TrialRecord], metric: str) -> None:
        """Write `trials.parquet` and `history.parquet`, each whole."""
        write_whole(self.trials_file, _parquet(trials_table(records, metric)))
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
        """Remove what a killed process left of files that it was writing; nobody reads them."""
        for folder in (self.path, self.samples, self.confirmation):
            if folder.is_dir():
                remove_abandoned(folder)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for one search; the hold ends with the process, however it ends.

        On NFS too, for all machines: there a folder is locked for one machine only, and a file for all.

        Raises:
            InputError: if another process holds it, it cannot be locked, or what is appended to is a link out of it.
        """
        for file in (self.study_file, self.confirmation / self.study_file.name, self.openings_file):
            self.refuse_link(file)
        try:
            handle = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise InputError(f"cannot write to {self.path}: {error.strerror}; it is to be yours to write") from None
        try:
            try:
                locked = _locked(handle)
            except OSError as error:
                raise InputError(
                    f"cannot lock {self.path}: {error.strerror}; give a --results-dir on a file system that has locks"
                ) from None
            if not locked:
                raise InputError(f"a search is running in {self.path}; wait for it, or stop it first")
            yield
        finally:
            os.close(handle)

    def is_held(self) -> bool:
        """Whether a search is running in the folder, as far as can be told by who may only read it."""
        if not self._lock_file.exists():
            return False
        handle = os.open(self._lock_file, os.O_RDWR if os.access(self._lock_file, os.W_OK) else os.O_RDONLY)
        try:
            return not _locked(handle)
        except OSError:  # on NFS it takes the right to write
            return False
        finally:
            os.close(handle)

    @property
    def _lock_file(self) -> Path:
        return self.path / ".lock"


def _locked(handle: int) -> bool:
    """Lock a file; whether it was free."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def read_versioned(path: Path, version: int, otherwise: str = "") -> dict[str, Any]:
    """The content of a YAML file that says which version of its format it has.

    Args:
        path: of the file.
        version: that this version of the tool reads.
        otherwise: what else can be done about a file that cannot be read, such as "remove it".

    Raises:
        InputError: if it is missing, unreadable or of another format version.
    """
    advice = f"; {otherwise}" if otherwise else ""
    try:
        text = read_regular(path).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {' '.join(str(error).split())}{advice}") from None
    try:
        content = parse_yaml(text, str(path))
    except InputError as error:
        raise InputError(f"cannot read {path}: {error}{advice}") from None
    return check_version(content, version, str(path), otherwise)


def metric_of(search: Mapping[str, Any]) -> str:
    """The metric that a search maximises, from the content of its `search.yaml`."""
    return search["search"].get("select_by") or TARGET


def _parquet(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()
