"""Where a user's own images come from: a folder of image files, or a Parquet file with a column of them."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from lstnet_search.errors import InputError, one_line
from lstnet_search.io.parquet_limits import check_cells

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pbm", ".pgm", ".ppm", ".pnm")
"""A file in a folder is taken for an image if its name has one of these endings."""

IMAGE, EXTRA_COLUMNS = "image", ("label", "split")
"""Columns of the bundled format: the bytes of an image file, and the columns that are copied to a translation."""

_ROWS = 1024
_CELLS_PER_BYTE = 1
"""Upper limit of a table's cells per byte. Even the smallest image file has dozens of bytes."""


@dataclass(frozen=True)
class ImageFile:
    """One image file, not opened yet.

    Attributes:
        name: path relative to the folder, or the row's number, from 0.
        content: the file's path or bytes; None if the row has no image.
        extra: the row's values in the `EXTRA_COLUMNS` that its table has.
    """

    name: str
    content: Path | BytesIO | None
    extra: dict[str, Any] = field(default_factory=dict)


class ImageSource(Protocol):
    """Image files in a fixed order; they can be iterated over more than once.

    Attributes:
        where: the folder or file, for messages.
        extra: schema of those `EXTRA_COLUMNS` that the source has.
    """

    where: Path
    extra: pa.Schema

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[ImageFile]: ...

    def png_name(self, name: str) -> str:
        """The relative path of a PNG file made from the image of that name, unique in the source."""
        ...


def find_images(where: Path) -> ImageSource:
    """The images in a folder or a Parquet file.

    Raises:
        InputError: if there are none.
    """
    if where.is_dir():
        return ImageFolder(where)
    if where.is_file():
        return ImageTable(where)
    raise InputError(f"--input {where} does not exist; give a folder of images or a Parquet file")


class ImageFolder:
    """All image files in a folder and its subfolders, sorted by path. Hidden files and links to folders are skipped."""

    def __init__(self, where: Path) -> None:
        """List the files.

        Raises:
            InputError: if there is no image file.
        """
        self.where = where
        self.extra = pa.schema([])
        found = sorted(path for path in where.rglob("*") if _is_image(path.relative_to(where), path))
        self._paths = {printable(path.relative_to(where)): path for path in found}
        if not self._paths:
            endings = ", ".join(ENDINGS)
            raise InputError(f"--input {where} holds no images; give a folder with files that end in {endings}")
        png_names = {_with_png(name) for name in self._paths}
        self._replace_endings = len(png_names) == len(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __iter__(self) -> Iterator[ImageFile]:
        return (ImageFile(name, path) for name, path in self._paths.items())

    def png_name(self, name: str) -> str:
        """The same path with the ending .png. If only the endings of two files differ, .png is appended instead."""
        return _with_png(name) if self._replace_endings else f"{name}.png"


class ImageTable:
    """The rows of a Parquet file whose column `image` holds the bytes of image files."""

    def __init__(self, where: Path, spec: str | None = None) -> None:
        """Read the schema.

        Args:
            where: the file.
            spec: how the user specified the file, for messages; None for `--input`.

        Raises:
            InputError: if it is not a Parquet file, has no such column, has no rows, or claims more rows than its
                bytes can hold.
        """
        self.where = where
        self._spec = spec or f"--input {where}"
        try:
            with pq.ParquetFile(where) as file:
                check_cells(file.metadata, where.stat().st_size, _CELLS_PER_BYTE)
                schema, self._count = file.schema_arrow, file.metadata.num_rows
        except Exception as error:  # pyarrow raises any type of error if a file is damaged
            raise InputError(
                f"{self._spec} is not a Parquet file of images ({one_line(error)}); give one, or a folder of images"
            ) from None
        if schema.names.count(IMAGE) != 1 or not _is_bytes(schema.field(IMAGE).type):
            columns = ", ".join(f"{each.name} ({each.type})" for each in schema) or "no columns"
            raise InputError(
                f"{self._spec} has {columns}; it must have one column '{IMAGE}' (binary) with the bytes of one image "
                "file per row: add that column"
            )
        if not self._count:
            raise InputError(f"{self._spec} has no rows; give a Parquet file that holds images")
        twice = [name for name in EXTRA_COLUMNS if schema.names.count(name) > 1]
        if twice:
            raise InputError(f"{self._spec} has the column {twice[0]!r} twice; remove one of them")
        self.extra = pa.schema([schema.field(name) for name in EXTRA_COLUMNS if name in schema.names])

    def __len__(self) -> int:
        return int(self._count)

    def __iter__(self) -> Iterator[ImageFile]:
        row = 0
        try:
            with pq.ParquetFile(self.where, pre_buffer=False) as file:
                for batch in file.iter_batches(_ROWS, columns=[IMAGE, *self.extra.names], use_threads=False):
                    for values in batch.to_pylist():
                        content = values.pop(IMAGE)
                        yield ImageFile(str(row), None if content is None else BytesIO(content), values)
                        row += 1
        except Exception as error:  # as above; Python also lacks some values, such as times before the year 1
            raise InputError(
                f"{self._spec} is damaged from row {row} on ({one_line(error)}); restore the file"
            ) from None

    def png_name(self, name: str) -> str:
        """The row's number with the ending .png."""
        return f"{name}.png"


def _is_image(name: Path, path: Path) -> bool:
    if path.suffix.lower() not in ENDINGS or any(part.startswith(".") for part in name.parts):
        return False
    return image_stat(path) is not None


def _with_png(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(".png"))


def image_stat(path: str | Path) -> os.stat_result | None:
    """The stat() result, or None unless it is a regular file (reading a pipe would block).

    For a broken link it is the result for the link itself, so that the link is listed and then reported as unreadable.
    """
    try:
        status = os.stat(path)
    except OSError:
        status = os.lstat(path)
    return status if stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode) else None


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind))


def printable(path: Path) -> str:
    """A path as text that a table can hold: bytes that are not UTF-8 are escaped."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")
