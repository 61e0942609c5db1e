"""Where a user's own images lie: a folder of image files, or a Parquet file with a column of them."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from lstnet_search.errors import InputError
from lstnet_search.io.parquet_limits import check_cells

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pbm", ".pgm", ".ppm", ".pnm")
"""Of the files in a folder that are taken for images."""

IMAGE, KEPT = "image", ("label", "split")
"""Columns of the bundled format: the image, as the bytes of a file, and what goes with it to a translation."""

_ROWS = 1024
_CELLS_A_BYTE = 1
"""Of a table at most: the file of an image alone has dozens of bytes."""


@dataclass(frozen=True)
class ImageFile:
    """One image file, not opened yet.

    Attributes:
        name: path relative to the folder, or number of the row, from 0.
        content: where its bytes are; None for a row without.
        kept: what the row has besides, by column.
    """

    name: str
    content: Path | BytesIO | None
    kept: dict[str, Any] = field(default_factory=dict)


class ImageSource(Protocol):
    """Image files in a fixed order, which can be walked through more than once.

    Attributes:
        where: the folder or file, for messages.
        kept: columns that go with the images.
    """

    where: Path
    kept: pa.Schema

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[ImageFile]: ...

    def png_name(self, name: str) -> str:
        """The relative path of a PNG file made of the image of that name; no two images share one."""
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
    raise InputError(f"--input {where} is not there; give a folder of images or a Parquet file")


class ImageFolder:
    """All image files below a folder, by path; hidden ones are left out, links to folders not followed."""

    def __init__(self, where: Path) -> None:
        """List the files.

        Raises:
            InputError: if none has the ending of an image.
        """
        self.where = where
        self.kept = pa.schema([])
        found = sorted(path for path in where.rglob("*") if _is_image(path.relative_to(where), path))
        self._paths = {printable(path.relative_to(where)): path for path in found}
        if not self._paths:
            endings = ", ".join(ENDINGS)
            raise InputError(f"--input {where} holds no images; give a folder with files that end in {endings}")
        replaced = {str(PurePosixPath(name).with_suffix(".png")) for name in self._paths}
        self._ending_replaced = len(replaced) == len(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __iter__(self) -> Iterator[ImageFile]:
        return (ImageFile(name, path) for name, path in self._paths.items())

    def png_name(self, name: str) -> str:
        """The same path, its ending replaced; added to, where of two files only the endings differ."""
        return str(PurePosixPath(name).with_suffix(".png")) if self._ending_replaced else f"{name}.png"


class ImageTable:
    """The rows of a Parquet file that has a column `image` of image files' bytes."""

    def __init__(self, where: Path, asked: str | None = None) -> None:
        """Read the schema.

        Args:
            where: the file.
            asked: how a user asked for it, for messages; None for `--input`.

        Raises:
            InputError: if the file is no Parquet file, has no such column, no row, or claims more rows than
                its bytes can hold.
        """
        self.where = where
        self._asked = asked or f"--input {where}"
        try:
            with pq.ParquetFile(where) as file:
                check_cells(file.metadata, where.stat().st_size, _CELLS_A_BYTE)
                schema, self._count = file.schema_arrow, file.metadata.num_rows
        except Exception as error:  # of a damaged file, pyarrow raises anything
            raise InputError(
                f"{self._asked} is no Parquet file of images ({_line(error)}); give one, or a folder of images"
            ) from None
        if schema.names.count(IMAGE) != 1 or not _is_bytes(schema.field(IMAGE).type):
            columns = ", ".join(f"{each.name} ({each.type})" for each in schema) or "no columns"
            raise InputError(
                f"{self._asked} has {columns}; it must have '{IMAGE}' (binary), the bytes of an image file a row, "
                "as the bundled images are: add that column"
            )
        if not self._count:
            raise InputError(f"{self._asked} has no rows; give a Parquet file that holds images")
        twice = [name for name in KEPT if schema.names.count(name) > 1]
        if twice:
            raise InputError(f"{self._asked} has a column {twice[0]!r} twice; leave one out")
        self.kept = pa.schema([schema.field(name) for name in KEPT if name in schema.names])

    def __len__(self) -> int:
        return int(self._count)

    def __iter__(self) -> Iterator[ImageFile]:
        row = 0
        try:
            with pq.ParquetFile(self.where, pre_buffer=False) as file:
                for batch in file.iter_batches(_ROWS, columns=[IMAGE, *self.kept.names], use_threads=False):
                    for values in batch.to_pylist():
                        content = values.pop(IMAGE)
                        yield ImageFile(str(row), None if content is None else BytesIO(content), values)
                        row += 1
        except Exception as error:  # as above, and of values that Python has not, such as times before its first year
            raise InputError(f"{self._asked} is damaged from row {row} on ({_line(error)}); mend it") from None

    def png_name(self, name: str) -> str:
        """The number of the row."""
        return f"{name}.png"


def _is_image(name: Path, path: Path) -> bool:
    if path.suffix.lower() not in ENDINGS or any(part.startswith(".") for part in name.parts):
        return False
    return status_of_image(path) is not None


def status_of_image(path: str | Path) -> os.stat_result | None:
    """What the system says of a file; None of a pipe, for it would be waited for, and of all else that is no file.

    A link that leads nowhere has its own, so that it is listed and then told of.
    """
    try:
        status = os.stat(path)
    except OSError:
        status = os.lstat(path)
    return status if stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode) else None


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind))


def printable(path: Path) -> str:
    """A path as text, also where its bytes are no UTF-8, which no table could hold."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
