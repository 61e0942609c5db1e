"""The copy of a results folder in a place that outlives this machine."""

from collections.abc import Iterator
from pathlib import Path

from pyarrow import ArrowException, fs

from lstnet_search.errors import InputError
from lstnet_search.io.atomic import UNFINISHED, whole_folder, write_whole
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.search_record import SearchRecord
from lstnet_search.results.folder.storage import Storage, masked_error


class Mirror:
    """Copies the files of a results folder that have changed, except those in `tune/`."""

    def __init__(self, folder: ResultsFolder, storage: Storage) -> None:
        """Mirror a folder into a storage. A storage that is the folder itself needs no copies."""
        self._folder = folder
        self._storage = storage
        self._needed = storage != Storage.local(folder.path)
        self._copied: dict[Path, tuple[int, int]] = {}
        """File -> its modification time and size when it was copied."""

    def push(self) -> str:
        """Copy what has changed since the last copy.

        Returns:
            Why it failed, or an empty text. Files that were not copied are tried again the next time.
        """
        try:
            for file in self._files() if self._needed else ():
                status = file.stat()
                seen = status.st_mtime_ns, status.st_size
                if self._copied.get(file) != seen:
                    self._write(file.relative_to(self._folder.path).as_posix(), file.read_bytes())
                    self._copied[file] = seen
        except (OSError, ArrowException) as error:
            return masked_error(error)
        return ""

    def _files(self) -> Iterator[Path]:
        """The files to copy. Links out of the folder are left out: any file of this machine could be copied."""
        for file in sorted(self._folder.path.rglob("*")):
            below = file.relative_to(self._folder.path)
            mirrored = self._folder.tune.name not in below.parts and not below.name.startswith(".")
            if mirrored and self._folder.has(file):
                yield file

    def _write(self, name: str, content: bytes) -> None:
        """Write a file atomically. An object of an object store appears only when it is complete."""
        filesystem, target = self._storage.filesystem, f"{self._storage.path}/{name}"
        filesystem.create_dir(target.rpartition("/")[0], recursive=True)
        if self._storage.is_local:
            write_whole(Path(target), content)
            return
        with filesystem.open_output_stream(target) as stream:
            stream.write(content)


def mirrored_search(folder: ResultsFolder, storage: Storage) -> SearchRecord:
    """The content of `search.yaml` in a mirror.

    Args:
        folder: The folder that is mirrored, which does not exist here.
        storage: The mirror.

    Raises:
        InputError: if the mirror has no search, cannot be read, or the file is damaged.
    """
    name = f"{storage.path}/{folder.search_file.name}"
    try:
        if storage.filesystem.get_file_info(name).type == fs.FileType.NotFound:
            raise InputError(
                f"neither {folder.path} nor its storage has a search; give the --name of one, or leave --resume out"
            )
        with storage.filesystem.open_input_stream(name) as stream:
            content = stream.read()
    except (OSError, ArrowException) as error:
        raise InputError(f"{folder.path} cannot be fetched from its storage: {masked_error(error)}") from None
    return folder.parse_search(content)


def fetch(storage: Storage, folder: ResultsFolder) -> None:
    """Copy a results folder from its mirror to this machine, all of it or nothing.

    Raises:
        InputError: if the mirror cannot be read.
    """
    filesystem = storage.filesystem
    try:
        found = filesystem.get_file_info(fs.FileSelector(storage.path, recursive=True))
        names = [info.path.removeprefix(f"{storage.path}/") for info in found if info.type == fs.FileType.File]
        names = [name for name in names if _is_mirrored(name, folder)]
        folder.path.parent.mkdir(parents=True, exist_ok=True)
        with whole_folder(folder.path) as made:
            (made / folder.samples.name).mkdir()
            for name in names:
                (made / name).parent.mkdir(parents=True, exist_ok=True)
                with filesystem.open_input_stream(f"{storage.path}/{name}") as stream:
                    write_whole(made / name, stream.read())
    except (OSError, ArrowException) as error:
        raise InputError(f"{folder.path} cannot be fetched from its storage: {masked_error(error)}") from None


def _is_mirrored(name: str, folder: ResultsFolder) -> bool:
    """Whether a file of a storage belongs to the results folder.

    Raises:
        InputError: if its name leads out of the folder, as keys of an object store can.
    """
    *folders, last = name.split("/")
    if not all(part not in ("", ".", "..") and "\0" not in part for part in (*folders, last)):
        raise InputError(f"the storage of {folder.path} has a file {name!r}, whose path is not valid; remove it there")
    return folder.tune.name not in folders and not UNFINISHED.fullmatch(last) and not last.endswith(".partial")


def refuse_outdated(folder: ResultsFolder, storage: Storage) -> None:
    """Refuse a folder whose search was resumed elsewhere: the mirror's journal then has lines that the folder lacks.

    A study's journal only grows. An incomplete last line, here or in the mirror, is ignored.

    Raises:
        InputError: if the search was resumed elsewhere, or the mirror does not answer.
    """
    name = f"{storage.path}/{folder.study_file.name}"
    here = folder.study_file.read_bytes() if folder.study_file.is_file() else b""
    try:
        mirrored = storage.filesystem.get_file_info(name)
        if mirrored.type != fs.FileType.File:
            return
        with storage.filesystem.open_input_stream(name) as stream:
            there = stream.read()
    except (OSError, ArrowException) as error:
        raise InputError(f"--storage does not answer: {masked_error(error)}") from None
    complete = there[: there.rfind(b"\n") + 1]
    cut_short = here and not here.endswith(b"\n") and complete.startswith(here)
    if not here.startswith(complete) and not (cut_short and complete.find(b"\n", len(here)) == len(complete) - 1):
        raise InputError(
            f"the search was continued elsewhere: its copy in --storage has lines that {folder.path} lacks; "
            "move that folder away, then the copy is fetched"
        )
