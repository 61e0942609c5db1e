"""A place that every node of a cluster reaches: a shared folder, or an object store."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

from pyarrow import ArrowException, fs

from lstnet_search.errors import InputError
from lstnet_search.io.secrets import masked

_SECRET = re.compile("key|token|secret|password|credential|sig", re.IGNORECASE)


@dataclass(frozen=True)
class Storage:
    """A search's folder in a file system, which may be that of this machine.

    Attributes:
        filesystem: pyarrow's.
        path: of the folder there.
    """

    filesystem: fs.FileSystem
    path: str

    @property
    def tune(self) -> str:
        """Where Ray's state and checkpoints are."""
        return f"{self.path}/tune"

    def below(self, name: str) -> "Storage":
        """A folder in it."""
        return Storage(self.filesystem, f"{self.path}/{name}")

    @property
    def is_local(self) -> bool:
        """Whether it is a folder of this machine, or mounted on it."""
        return isinstance(self.filesystem, fs.LocalFileSystem)

    @classmethod
    def local(cls, folder: Path) -> Self:
        """A folder of this machine."""
        return cls(fs.LocalFileSystem(), str(folder.resolve()))

    @classmethod
    def at(cls, uri: str, name: str) -> Self:
        """The folder of a search.

        Args:
            uri: as `written` gives it.
            name: of the search.

        Raises:
            InputError: if there is no such kind of place, or it cannot be opened.
        """
        try:
            filesystem, path = fs.FileSystem.from_uri(uri)
        except (OSError, ValueError, ArrowException) as error:
            raise InputError(f"--storage {uri} cannot be opened: {sentence(error)}; {_HINT}") from None
        if not path.strip("/"):
            raise InputError(f"--storage {uri} names no folder or bucket; {_HINT}")
        return cls(filesystem, f"{path.rstrip('/')}/{name}")

    def exists(self) -> bool:
        """Whether a search has written there.

        Raises:
            InputError: if the place does not answer.
        """
        try:
            found = self.filesystem.get_file_info(self.path).type
        except (OSError, ArrowException) as error:
            raise InputError(f"--storage does not answer: {sentence(error)}; {_HINT}") from None
        return bool(found != fs.FileType.NotFound)

    def remove(self) -> None:
        """Delete what is there, if anything is."""
        if self.exists():
            self.filesystem.delete_dir(self.path)

    def write_mark(self) -> str:
        """Write a small file beside the folder, for others to look for.

        Returns:
            Its path, to be deleted.

        Raises:
            InputError: if nothing can be written there.
        """
        parent = self.path.rpartition("/")[0]
        mark = f"{parent}/.{uuid4().hex}"
        try:
            self.filesystem.create_dir(parent, recursive=True)
            with self.filesystem.open_output_stream(mark) as stream:
                stream.write(b"seen")
        except (OSError, ArrowException) as error:
            raise InputError(f"--storage cannot be written to: {sentence(error)}; {_HINT}") from None
        return mark


_HINT = "give a folder that every node mounts, or s3://BUCKET/FOLDER with its credentials in the environment"


def written(storage: str) -> str:
    """A storage as it may be written down: an absolute path, or a URI without secrets.

    Raises:
        InputError: if there is a user name, a password or a key in it, which the message does not repeat.
    """
    if "://" not in storage:
        return str(Path(storage).expanduser().resolve())
    parts, rest = urlsplit(storage), storage.partition("://")[2]
    user = "@" in parts.netloc or ("@" in rest and ":" in rest.partition("/")[0])  # a password may have any sign in it
    if user or any(_SECRET.search(name) for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        raise InputError(
            "--storage has credentials in it, which would be written down; leave them out, and give them as the "
            "object store's own variables, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    return storage


def sentence(error: BaseException) -> str:
    """An error of a file system in one line, without secrets."""
    return masked(" ".join(str(error).split()))
