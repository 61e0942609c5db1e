"""The journal file of a study, to which what belongs together is written at once."""

import os
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.storages.journal._file import BaseJournalFileLock

from lstnet_search.tuning.failures.storage_retry import outlast
from lstnet_search.tuning.study.packed_metrics import packed


class Journal(JournalStorage):
    """Optuna's storage in a journal file, each of whose writes waits for the disk.

    It is written by the one process that holds the results folder, so it needs no lock of its own, which a process
    that is killed would leave behind.
    """

    def __init__(self, path: Path) -> None:
        """Open or make the file."""
        self._file = _File(str(path))
        super().__init__(self._file)

    def together(self) -> AbstractContextManager[None]:
        """Collect what is written in a block, and write it when the block ends, however it does.

        In it, reading gives what was there before.
        """
        return self._file.together()


class ReadOnlyJournal(JournalFileBackend):
    """A journal file that another process may be writing, and that this one only reads."""

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Refuse.

        Raises:
            PermissionError: always.
        """
        raise PermissionError("the study of a results folder is read here, not written")


class _File(JournalFileBackend):
    def __init__(self, path: str) -> None:
        super().__init__(path, lock_obj=_Alone())
        self._path = path
        self._collected: list[dict[str, Any]] | None = None
        self._rest_at: int | None = None
        """Where in the file the write begins that is under way, or has failed."""

    @contextmanager
    def together(self) -> Iterator[None]:
        if self._collected is not None:  # within another block, with which it is written
            yield
            return
        self._collected = []
        try:
            yield
        finally:
            logs, self._collected = self._collected, None
            if logs:
                self.append_logs(logs)

    def read_logs(self, log_number_from: int) -> Generator[dict[str, Any], None, None]:
        for log in super().read_logs(log_number_from):
            if "system_attr" in log:  # reports among them, which Optuna keeps as they are read
                log["system_attr"] = {name: packed(content) for name, content in log["system_attr"].items()}
            yield log

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        if self._collected is None:
            outlast(partial(self._append, logs))
        else:
            self._collected += logs

    def _append(self, logs: list[dict[str, Any]]) -> None:
        self._cut_off_rest()
        self._rest_at = os.stat(self._path).st_size
        try:
            super().append_logs(logs)
        except OSError:
            with suppress(OSError):  # if the disk is away, before the next line
                self._cut_off_rest()
            raise
        self._rest_at = None

    def _cut_off_rest(self) -> None:
        """Remove what a failed write has left: the next line would be read as its end, or it would be there twice."""
        if self._rest_at is not None:
            os.truncate(self._path, self._rest_at)
            self._rest_at = None


class _Alone(BaseJournalFileLock):
    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        pass
