"""Zip files, and folders at remote addresses, as trees of files like those of a folder."""

import zipfile
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from lstnet_search.domains.formats.trees import Entry, is_ignored, refuse_expansion
from lstnet_search.errors import InputError, one_line


class ZipTree:
    """The files in a zip file, read without unpacking it."""

    def __init__(self, path: Path, where: str) -> None:
        """Read the list of files.

        Raises:
            InputError: if it is not a zip file, or a name in it leads out of the folder that it stands for.
        """
        self.where, self.identity, self._path = where, str(path.resolve()), path
        self.folders: set[str] = set()
        self._members: dict[str, zipfile.ZipInfo] = {}
        try:
            self._zip = zipfile.ZipFile(path)
            members = self._zip.infolist()
        except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
            raise InputError(f"{where} is not a zip file ({one_line(error)}); make it again") from None
        for member in members:
            name = PurePosixPath(member.filename)
            if name.is_absolute() or ".." in name.parts or "\\" in member.filename:
                raise InputError(
                    f"{where} holds {member.filename[:80]!r}, which leads out of the folder; make the zip file again"
                )
            if any(map(is_ignored, name.parts)):
                continue
            self.folders.update(str(folder) for folder in name.parents if str(folder) != ".")
            if member.is_dir():
                self.folders.add(str(name))
            else:
                self._members[str(name)] = member
        self.files = {name: Entry(member.file_size, member.CRC) for name, member in sorted(self._members.items())}

    def content(self, name: str) -> BytesIO:
        """The file's bytes."""
        member = self._members[name]
        refuse_expansion(member.file_size, member.compress_size)
        try:
            return BytesIO(self._zip.read(member))
        except Exception as error:  # zipfile and its decompressors raise any type of error if a file is damaged
            raise ValueError(one_line(error)) from error

    def open(self, name: str) -> BinaryIO:
        """The file's bytes."""
        return self.content(name)


class RemoteTree:
    """The files below an address that pyarrow can read, such as `s3://BUCKET/FOLDER`."""

    def __init__(self, address: str, where: str) -> None:
        """List the files.

        Raises:
            InputError: if the address cannot be read.
        """
        from pyarrow import fs

        self.where, self.identity = where, address
        advice = "copy the images to this machine and give their folder"
        try:
            self._system, root = fs.FileSystem.from_uri(address)
            top = self._system.get_file_info(root)
            if top.type == fs.FileType.NotFound:
                raise FileNotFoundError("there is no such folder or file")
            single = top.type == fs.FileType.File
            listed = [top] if single else self._system.get_file_info(fs.FileSelector(root, recursive=True))
        except Exception as error:  # pyarrow and what it calls for an address raise any type of error
            raise InputError(f"{where} cannot be read ({one_line(error):.200}); {advice}") from None
        self._root = str(PurePosixPath(top.path).parent) if single else top.path
        self.folders = {self._name(each) for each in listed if each.type == fs.FileType.Directory}
        found = {
            self._name(each): Entry(each.size, each.mtime_ns or 0) for each in listed if each.type == fs.FileType.File
        }
        self.files = {
            name: found[name] for name in sorted(found) if not any(map(is_ignored, PurePosixPath(name).parts))
        }

    def content(self, name: str) -> BytesIO:
        """The file's bytes."""
        with self.open(name) as file:
            return BytesIO(file.read())

    def open(self, name: str) -> BinaryIO:
        """The file, open for reading; the bytes are fetched as they are read."""
        return cast(BinaryIO, self._system.open_input_file(f"{self._root}/{name}"))

    def _name(self, info: Any) -> str:
        return str(PurePosixPath(info.path).relative_to(self._root))
