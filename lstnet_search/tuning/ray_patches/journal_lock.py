"""A journal file without a lock of its own."""

from optuna.storages.journal._file import BaseJournalFileLock


class NoLock(BaseJournalFileLock):
    """For a journal that only one process writes: a killed process would leave Optuna's lock behind.

    The base class is `optuna.storages.journal._file.BaseJournalFileLock` (Optuna 5.0.0).
    """

    def acquire(self) -> bool:
        """Do nothing."""
        return True

    def release(self) -> None:
        """Do nothing."""
