"""The journal file of a study, to which what belongs together is written at once."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend


class Journal(JournalStorage):
    """Optuna's storage in a journal file, each of whose writes takes a lock and waits for the disk."""

    def __init__(self, path: Path) -> None:
        """Open or make the file."""
        self._file = _File(str(path))
        super().__init__(self._file)

    def together(self) -> AbstractContextManager[None]:
        """Collect what is written in a block, and write it when the block ends, however it does.

        In it, reading gives what was there before.
        """
        return self._file.together()


class _File(JournalFileBackend):
    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._collected: list[dict[str, Any]] | None = None

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

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        if self._collected is None:
            super().append_logs(logs)
        else:
            self._collected += logs
