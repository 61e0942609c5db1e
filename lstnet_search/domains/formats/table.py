"""Tables with a column of image files: Parquet, in one file or in shards, and what `datasets` saves (Arrow)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from lstnet_search.config.reading import Columns
from lstnet_search.domains.formats.parts import part_of_file, resolve_parts
from lstnet_search.domains.formats.source import ImageFile, Layout, fingerprint_of
from lstnet_search.domains.formats.table_columns import choose_columns, class_names_of, labels_of, splits_of
from lstnet_search.domains.formats.trees import FileTree, LocalTree
from lstnet_search.errors import InputError, one_line
from lstnet_search.io.parquet_limits import check_cells

COPIED = ("label", "split")
"""Columns that are copied to a translation."""

_ROWS = 1024
_CELLS_PER_BYTE = 1
"""Upper limit of a table's cells per byte. Even the smallest image file has dozens of bytes."""


class ImageTable:
    """The rows of one or more files, whose column of images holds the bytes of image files."""

    def __init__(self, tree: FileTree, names: Sequence[str], asked: Columns | None = None) -> None:
        """Read the schemas.

        Args:
            tree: the files.
            names: the tables among them, Parquet or Arrow.
            asked: columns that the user named.

        Raises:
            InputError: if a file is damaged, the tables have no column of images or have different columns, there are
                no rows, or a file claims more rows than its bytes can hold.
        """
        self.where = tree.where
        self.fingerprint = fingerprint_of(tree.identity, tree.files.items(), asked)
        self._tree, self._names = tree, tuple(names)
        schema, self._counts = self._schema_and_counts()
        self._columns = choose_columns(schema, asked or {}, self.where)
        self.remarks = self._columns.remarks
        if not sum(self._counts):
            raise InputError(f"{self.where} has no rows; give a Parquet file that holds images")
        copied = [name for name in COPIED if name in schema.names]
        self.extra = pa.schema([_decoded(schema.field(name)) for name in copied])

    def __len__(self) -> int:
        return sum(self._counts)

    def __iter__(self) -> Iterator[ImageFile]:
        row = 0
        wanted = [self._columns.image, *self.extra.names]
        for name in self._names:
            try:
                for batch in self._batches(name, wanted):
                    for values in batch.select(wanted).to_pylist():
                        yield self._file(str(row), values.pop(self._columns.image), values, name)
                        row += 1
            except Exception as error:  # pyarrow raises any type of error, also for values that Python lacks
                raise InputError(
                    f"{self.where} is damaged from row {row} on ({one_line(error)}); restore the file"
                ) from None

    def layout(self) -> Layout:
        """See `ImageSource`."""
        chosen = self._columns
        labels = None
        if chosen.label is not None:
            labels = labels_of(self._column(chosen.label), chosen.class_names, chosen.label, self.where)
        if chosen.split is not None:
            found, what = (
                splits_of(self._column(chosen.split), chosen.split, self.where),
                f"the column {chosen.split!r}",
            )
        else:
            by_file = [part_of_file(str(PurePosixPath(name).with_suffix(""))) for name in self._names]
            if len(self._names) == 1 or not any(by_file):
                return Layout(labels, None)
            files = zip(by_file, self._names, self._counts, strict=True)
            found = [part or name for part, name, count in files for _ in range(count)]
            what = "the names of its files"
        parts, remarks = resolve_parts(found, self.where, what)
        return Layout(labels, parts, remarks)

    def png_name(self, name: str) -> str:
        """The row's number with the ending .png."""
        return f"{name}.png"

    def _file(self, name: str, image: Any, extra: dict[str, Any], table: str) -> ImageFile:
        if not isinstance(image, dict):
            return ImageFile(name, None if image is None else BytesIO(image), extra)
        if image.get("bytes") is not None:
            return ImageFile(name, BytesIO(image["bytes"]), extra)
        path = image.get("path")
        if not isinstance(path, str):
            return ImageFile(name, None, extra)
        try:
            return ImageFile(name, self._beside(table, path), extra)
        except (OSError, ValueError) as error:
            return ImageFile(name, None, extra, problem=one_line(error))

    def _beside(self, table: str, path: str) -> Path | BytesIO:
        """An image file that a row names instead of holding it. It must lie below the table's folder."""
        relative = PurePosixPath(path)
        if relative.is_absolute() or ".." in relative.parts:
            raise ValueError(f"the row names {path[:80]!r}, which is not below the table's folder")
        return self._tree.content(str(PurePosixPath(table).parent / relative))

    def _schema_and_counts(self) -> tuple[pa.Schema, list[int]]:
        schema, counts = None, []
        for name in self._names:
            try:
                if _is_arrow(name):
                    with self._stream(name) as reader:
                        found = reader.schema
                        counts.append(sum(len(batch) for batch in _checked(reader)))
                else:
                    with self._opened(name) as opened, pq.ParquetFile(opened) as file:
                        check_cells(file.metadata, self._tree.files[name].size, _CELLS_PER_BYTE)
                        found = file.schema_arrow
                        counts.append(file.metadata.num_rows)
                _ = found.names  # raises if they are not text
            except Exception as error:  # pyarrow raises any type of error if a file is damaged
                which = "" if len(self._names) == 1 else f"{name}: "
                raise InputError(
                    f"{self.where} is not a Parquet file of images ({which}{one_line(error)}); give one, or a folder "
                    "of images"
                ) from None
            if schema is not None and not _same_columns(schema, found):
                raise InputError(
                    f"{self.where}: {name} has other columns or class names than {self._names[0]}; give files of one "
                    "set, such as by a pattern"
                )
            schema = found
        assert schema is not None
        return schema, counts

    def _column(self, name: str) -> pa.ChunkedArray:
        try:
            chunks = [batch.column(name) for file in self._names for batch in self._batches(file, [name])]
            return pa.chunked_array(chunks)
        except Exception as error:  # as above
            raise InputError(f"{self.where} is damaged ({one_line(error)}); restore the file") from None

    def _batches(self, name: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
        if _is_arrow(name):
            with self._stream(name) as reader:
                for batch in _checked(reader):
                    for first in range(0, len(batch), _ROWS):
                        yield batch.slice(first, _ROWS)
        else:
            with self._opened(name) as opened, pq.ParquetFile(opened, pre_buffer=False) as file:
                yield from file.iter_batches(_ROWS, columns=columns, use_threads=False)

    @contextmanager
    def _opened(self, name: str) -> Iterator[Path | BinaryIO]:
        """A file as pyarrow reads it fastest: by its path if it has one."""
        if isinstance(self._tree, LocalTree):
            yield self._tree.content(name)
        else:
            with self._tree.open(name) as file:
                yield file

    @contextmanager
    def _stream(self, name: str) -> Iterator[pa.RecordBatchReader]:
        content = self._tree.content(name)
        source = pa.memory_map(str(content)) if isinstance(content, Path) else pa.BufferReader(content.getvalue())
        with source, pa.ipc.open_stream(source) as reader:
            yield reader


def _checked(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Batches whose offsets lie in their buffers. pyarrow trusts Arrow files, and would read beyond the memory."""
    for batch in reader:
        batch.validate(full=True)
        yield batch


def _same_columns(one: pa.Schema, other: pa.Schema) -> bool:
    """Whether columns are equal, and the names of classes that `datasets` stores with them."""
    return bool(one.equals(other)) and all(
        class_names_of(one, name) == class_names_of(other, name) for name in one.names
    )


def _decoded(field: pa.Field) -> pa.Field:
    """The field with the type of its values, if it is dictionary-encoded."""
    kind = field.type
    return field.with_type(kind.value_type) if pa.types.is_dictionary(kind) else field


def _is_arrow(name: str) -> bool:
    return name.lower().endswith(".arrow")
