"""Requests from outside to stop a search or one of its trials: small files beside its checkpoints."""

import re
from collections.abc import Iterator
from contextlib import suppress

from pyarrow import ArrowException, fs

from lstnet_search.errors import InputError
from lstnet_search.results.folder.storage import Storage, masked_error

_PREFIX = ".stop-"  # files whose names begin with a dot are not copied to a storage
_WHOLE = "search"
_TRIAL = re.compile(r"trial-(\d{1,9})")


class StopRequests:
    """The requests to one search. They are in its storage, which every machine reaches that it runs on."""

    def __init__(self, storage: Storage) -> None:
        """Name the place. Nothing is read or written yet."""
        self._storage = storage

    def ask(self, trial: int | None) -> None:
        """Ask to stop a trial, or the whole search with None.

        Raises:
            InputError: if the request cannot be written.
        """
        name = _WHOLE if trial is None else f"trial-{trial}"
        try:
            with self._storage.filesystem.open_output_stream(f"{self._storage.path}/{_PREFIX}{name}") as stream:
                stream.write(b"stop\n")
        except (OSError, ArrowException) as error:
            raise InputError(f"the search cannot be asked to stop: {masked_error(error)}") from None

    def take(self) -> set[int | None]:
        """The trials that somebody asked to stop; None in it means the whole search. Each request is returned once.

        Raises:
            OSError, ArrowException: if the storage does not answer.
        """
        return set(self._take())

    def discard(self) -> None:
        """Forget earlier requests, which an earlier run did not obey. A storage that does not answer is left alone."""
        with suppress(OSError, ArrowException):
            self.take()

    def _take(self) -> Iterator[int | None]:
        filesystem = self._storage.filesystem
        for info in filesystem.get_file_info(fs.FileSelector(self._storage.path, allow_not_found=True)):
            if not info.base_name.startswith(_PREFIX):
                continue
            filesystem.delete_file(info.path)
            name = info.base_name.removeprefix(_PREFIX)
            if name == _WHOLE:
                yield None
            elif trial := _TRIAL.fullmatch(name):
                yield int(trial[1])
