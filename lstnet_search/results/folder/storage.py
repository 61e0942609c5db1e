"""Storage that every node of a cluster reaches: a shared folder or an object store."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

from pyarrow import ArrowException, fs

from lstnet_search.errors import InputError, one_line
from lstnet_search.io.secrets import masked

_SECRET = re.compile("key|token|secret|password|credential|sig", re.IGNORECASE)


@dataclass(frozen=True)
class Storage:
    """A search's folder in a file system, local or remote.

    Attributes:
        filesystem: The file system, one of pyarrow's.
        path: The path of the folder there.
    """

    filesystem: fs.FileSystem
    path: str

    @property
    def tune(self) -> str:
        """The path of Ray's state and checkpoints."""
        return f"{self.path}/tune"

    def below(self, name: str) -> "Storage":
        """A folder inside this one."""
        return Storage(self.filesystem, f"{self.path}/{name}")

    @property
    def is_local(self) -> bool:
        """Whether it is a folder of this machine or mounted on it."""
        return isinstance(self.filesystem, fs.LocalFileSystem)

    @classmethod
    def local(cls, folder: Path) -> Self:
        """A folder of this machine."""
        return cls(fs.LocalFileSystem(), str(folder.resolve()))

    @classmethod
    def at(cls, uri: str, name: str) -> Self:
        """The folder of a search in a storage.

        Args:
            uri: The storage, as `without_secrets` returns it.
            name: The name of the search.

        Raises:
            InputError: if the kind of storage is unknown, or it cannot be opened.
        """
        try:
            filesystem, path = fs.FileSystem.from_uri(uri)
        except (OSError, ValueError, ArrowException) as error:
            raise InputError(f"--storage {uri} cannot be opened: {masked_error(error)}; {_HINT}") from None
        if not path.strip("/"):
            raise InputError(f"--storage {uri} names no folder or bucket; {_HINT}")
        return cls(filesystem, f"{path.rstrip('/')}/{name}")

    def exists(self) -> bool:
        """Whether a search has written there.

        Raises:
            InputError: if the storage does not answer.
        """
        try:
            found = self.filesystem.get_file_info(self.path).type
        except (OSError, ArrowException) as error:
            raise InputError(f"--storage does not answer: {masked_error(error)}; {_HINT}") from None
        return bool(found != fs.FileType.NotFound)

    def remove(self) -> None:
        """Delete the folder and everything in it, if it exists."""
        if self.exists():
            self.filesystem.delete_dir(self.path)

    def write_mark(self) -> str:
        """Write a small file next to the folder, so that other nodes can check that they see it.

        Returns:
            Its path. The caller deletes it.

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
            raise InputError(f"--storage cannot be written to: {masked_error(error)}; {_HINT}") from None
        return mark


_HINT = "give a folder that every node mounts, or s3://BUCKET/FOLDER with its credentials in the environment"


def without_secrets(storage: str) -> str:
    """A storage in the form in which it may be recorded: an absolute path, or a URI without credentials.

    Raises:
        InputError: if the URI contains a user name, a password or a key. The message does not repeat it.
    """
    if "://" not in storage:
        return str(Path(storage).expanduser().resolve())
    parts, rest = urlsplit(storage), storage.partition("://")[2]
    user = "@" in parts.netloc or ("@" in rest and ":" in rest.partition("/")[0])  # a password may hold any character
    if user or any(_SECRET.search(name) for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        raise InputError(
            "--storage contains credentials, which would be written to files; leave them out and set the environment "
            "variables of the object store, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    return storage


def masked_error(error: BaseException) -> str:
    """An error of a file system on one line, with secrets masked."""
    return masked(one_line(error))
