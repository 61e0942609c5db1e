"""The copy of a results folder in a place that outlives this machine."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pyarrow import ArrowException, fs

from lstnet_search.errors import InputError
from lstnet_search.io.atomic import UNFINISHED, whole_folder, write_whole
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.storage import Storage, sentence


class Mirror:
    """Copies the files of a results folder that have changed, all but `tune/`."""

    def __init__(self, folder: ResultsFolder, storage: Storage) -> None:
        """Mirror into a storage; one that is the folder itself needs no copies."""
        self._folder = folder
        self._storage = storage
        self._needed = storage != Storage.local(folder.path)
        self._copied: dict[Path, tuple[int, int]] = {}
        """File -> its time and size when it was copied."""

    def push(self) -> str:
        """Copy what has changed since it was copied.

        Returns:
            Why it failed, empty where it did not; what is left is tried again the next time.
        """
        try:
            for file in self._files() if self._needed else ():
                status = file.stat()
                seen = status.st_mtime_ns, status.st_size
                if self._copied.get(file) != seen:
                    self._write(file.relative_to(self._folder.path).as_posix(), file.read_bytes())
                    self._copied[file] = seen
        except (OSError, ArrowException) as error:
            return sentence(error)
        return ""

    def _files(self) -> Iterator[Path]:
        """Not what links lead to: a folder from elsewhere could have any file of this machine copied."""
        for file in sorted(self._folder.path.rglob("*")):
            below = file.relative_to(self._folder.path)
            mirrored = self._folder.tune.name not in below.parts and not below.name.startswith(".")
            if mirrored and self._folder.has(file):
                yield file

    def _write(self, name: str, content: bytes) -> None:
        """Whole or not at all: an object appears when it is complete, a file is moved into place."""
        filesystem, target = self._storage.filesystem, f"{self._storage.path}/{name}"
        filesystem.create_dir(target.rpartition("/")[0], recursive=True)
        if self._storage.is_local:
            write_whole(Path(target), content)
            return
        with filesystem.open_output_stream(target) as stream:
            stream.write(content)


def recorded_search(folder: ResultsFolder, storage: Storage) -> dict[str, Any]:
    """The content of `search.yaml` in a mirror.

    Args:
        folder: that is mirrored, and is not here.
        storage: the mirror.

    Raises:
        InputError: if the mirror has none, or cannot be read.
    """
    name = folder.search_file.name
    try:
        if storage.filesystem.get_file_info(f"{storage.path}/{name}").type == fs.FileType.NotFound:
            raise InputError(f"neither {folder.path} nor its storage has a search; give the --name of one, or begin it")
        with storage.filesystem.open_input_stream(f"{storage.path}/{name}") as stream:
            content = stream.read()
    except (OSError, ArrowException) as error:
        raise InputError(f"{folder.path} cannot be fetched from its storage: {sentence(error)}") from None
    with TemporaryDirectory() as made:
        (Path(made) / name).write_bytes(content)
        return ResultsFolder(Path(made)).read_search()


def fetch(storage: Storage, folder: ResultsFolder) -> None:
    """Make a results folder anew from its mirror, whole or not at all.

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
        raise InputError(f"{folder.path} cannot be fetched from its storage: {sentence(error)}") from None


def _is_mirrored(name: str, folder: ResultsFolder) -> bool:
    """Whether something in a storage is a file of the results folder.

    Raises:
        InputError: if its name leads out of the folder, as keys of an object store may.
    """
    *folders, last = name.split("/")
    if not all(part not in ("", ".", "..") and "\0" not in part for part in (*folders, last)):
        raise InputError(f"the storage of {folder.path} has a file {name!r}, which lies in no folder; remove it there")
    return folder.tune.name not in folders and not UNFINISHED.fullmatch(last) and not last.endswith(".partial")


def refuse_older(folder: ResultsFolder, storage: Storage) -> None:
    """Refuse a folder whose search went on elsewhere, as its mirror tells: of the study nothing is ever changed.

    A last line that was cut short, here or there, does not tell that.

    Raises:
        InputError: if it is so, or the mirror does not answer.
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
        raise InputError(f"--storage does not answer: {sentence(error)}") from None
    whole = there[: there.rfind(b"\n") + 1]
    cut_short = here and not here.endswith(b"\n") and whole.startswith(here)
    if not here.startswith(whole) and not (cut_short and whole.find(b"\n", len(here)) == len(whole) - 1):
        raise InputError(
            f"the search went on elsewhere: its copy in --storage has what {folder.path} has not; "
            "move that folder away, and it is fetched from there"
        )
