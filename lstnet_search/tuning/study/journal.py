"""The journal file of a study. Lines that belong together are written in one write."""

import os
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from lstnet_search.tuning.failures.storage_retry import retry_while_unavailable
from lstnet_search.tuning.ray_patches.journal_lock import NoLock
from lstnet_search.tuning.study.packed_metrics import pack_if_floats


class Journal(JournalStorage):
    """Optuna's storage in a journal file. Writes are retried while the disk is unavailable.

    Only the process that holds the results folder writes it, so it needs no lock.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the file."""
        self._file = _File(str(path))
        super().__init__(self._file)

    def one_write(self) -> AbstractContextManager[None]:
        """Collect the writes of a block, and write them in one write when the block ends, even after an error.

        Reads inside the block return what was there before.
        """
        return self._file.one_write()


class ReadOnlyJournal(JournalFileBackend):
    """A journal file that another process may be writing, and that this process only reads."""

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Refuse.

        Raises:
            PermissionError: always.
        """
        raise PermissionError("this study is opened for reading only")


class _File(JournalFileBackend):
    def __init__(self, path: str) -> None:
        super().__init__(path, lock_obj=NoLock())
        self._path = path
        self._collected: list[dict[str, Any]] | None = None
        self._write_began_at: int | None = None
        """File offset at which the current or the last failed write began, or None after a success."""

    @contextmanager
    def one_write(self) -> Iterator[None]:
        if self._collected is not None:  # inside another block, which will write
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
            if "system_attr" in log:  # reports are among them, and Optuna keeps them as they are read
                log["system_attr"] = {name: pack_if_floats(content) for name, content in log["system_attr"].items()}
            yield log

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        if self._collected is None:
            retry_while_unavailable(partial(self._append, logs))
        else:
            self._collected += logs

    def _append(self, logs: list[dict[str, Any]]) -> None:
        self._undo_failed_write()
        self._write_began_at = os.stat(self._path).st_size
        try:
            super().append_logs(logs)
        except OSError:
            with suppress(OSError):  # if the disk is unavailable, the next write undoes it
                self._undo_failed_write()
            raise
        self._write_began_at = None

    def _undo_failed_write(self) -> None:
        """Cut off what a failed write left. Otherwise the next line would be joined to it, or lines repeated."""
        if self._write_began_at is not None:
            os.truncate(self._path, self._write_began_at)
            self._write_began_at = None
