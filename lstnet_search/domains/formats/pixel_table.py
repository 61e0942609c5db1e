"""Tables whose columns are pixels, as on Kaggle: one row per image, one number per pixel, and a column of labels."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from io import TextIOWrapper
from math import isqrt
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lstnet_search.config.reading import Columns
from lstnet_search.domains.formats.arrays import ArrayPart, ImageArrays, as_images, as_labels, upright
from lstnet_search.domains.formats.parts import part_of_file
from lstnet_search.domains.formats.table_columns import check_asked, refuse_twice
from lstnet_search.domains.formats.trees import FileTree
from lstnet_search.errors import InputError, listed, one_line
from lstnet_search.io.parquet_limits import check_cells

LEAST_PIXELS = 49
"""A table with at least this many columns of numbers is taken for a table of pixels."""
LABEL_NAMES = ("label", "labels", "class", "target", "digit", "y")
ROW_NAMES = ("id", "imageid", "image_id", "index", "")
"""Columns that number the rows."""
_NUMBER = re.compile(r"[0-9]{1,9}")
_LONGEST_LINE = 2**20
_CELLS_PER_BYTE = 60
"""Upper limit of a Parquet table's cells per byte: pixels are mostly 0 and take little space."""


def unnamed(at: int) -> str:
    """What a column of a table without a header is called."""
    return f"column {at}"


def csv_columns(tree: FileTree, name: str) -> list[str]:
    """The first line of a CSV file, cut into its cells; empty if there is none.

    Raises:
        InputError: if the file cannot be read as text.
    """
    try:
        with tree.open(name) as file, TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            return next(csv.reader([text.readline(_LONGEST_LINE)], delimiter=delimiter(name)), [])
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{tree.where}: {name} is not a CSV file ({one_line(error):.200}); save it as UTF-8") from None


def delimiter(name: str) -> str:
    """What separates the cells of a file: a tab if its name ends in .tsv, else a comma."""
    return "\t" if name.lower().endswith(".tsv") else ","


def is_pixel_table(columns: Sequence[str]) -> bool:
    """Whether the names of a table's columns are those of pixels: many, and a square number of them."""
    return len(columns) >= LEAST_PIXELS and _pixel_columns(columns, {}) is not None


def read_pixel_tables(tree: FileTree, names: Sequence[str], asked: Columns) -> ImageArrays:
    """Read CSV or Parquet files of pixels. Several files are the parts that their names say.

    Raises:
        InputError: if a file is damaged, or its columns are not pixels.
    """
    parts: list[ArrayPart] = []
    remarks: list[str] = []
    for name in names:
        table = _read_csv(tree, name) if not name.lower().endswith(".parquet") else _read_parquet(tree, name)
        where = f"{tree.where}: {name}" if len(names) > 1 else tree.where
        refuse_twice(table.column_names, where)
        check_asked(table.column_names, asked, where)
        chosen = _pixel_columns(table.column_names, asked)
        if chosen is None:
            raise InputError(
                f"{where} has {len(table.column_names)} columns ({listed(table.column_names)}); a table of pixels "
                "has a column 'label' and as many others as a square image has pixels: correct them"
            )
        label, pixels = chosen
        if not _is_square(len(pixels)):
            label = _label_among(table, pixels, where)
            pixels.remove(label)
            remarks.append(f"{label!r} is taken for the column of labels; --columns label=NAME takes another")
        pixels = _in_order(pixels)
        odd = [column for column in pixels if not _is_numeric(table[column])]
        if odd:
            raise InputError(f"{where}: not all pixels are numbers (columns {listed(odd)}); correct them")
        values = np.stack([table[column].to_numpy() for column in pixels], axis=1)
        images, changes = as_images(values, where)
        images, turned = upright(images, name)
        part = (part_of_file(PurePosixPath(name).stem) or PurePosixPath(name).stem) if len(names) > 1 else ""
        labels = None if label is None else as_labels(np.array(table[label].to_pylist()), where)
        parts.append(ArrayPart(part, images, labels))
        remarks += changes + turned
    return ImageArrays(tree, parts, remarks, asked)


def _pixel_columns(columns: Sequence[str], asked: Columns) -> tuple[str | None, list[str]] | None:
    """The column of labels and those of pixels; None if the others are not as many as a square image has pixels.

    If no column has a label's name and there is one too many, the column of labels is still among those of pixels.
    """
    named = {name.strip().lower(): name for name in columns}
    label = asked.get("label") or next((named[name] for name in LABEL_NAMES if name in named), None)
    rest = [name for name in columns if name != label and name.strip().lower() not in ROW_NAMES]
    if _is_square(len(rest)) or (label is None and _is_square(len(rest) - 1)):
        return label, rest
    return None


def _label_among(table: pa.Table, columns: Sequence[str], where: str) -> str:
    """Find the column of labels: the only one with another kind of name, or the first or last one if its values vary.

    Raises:
        InputError: if both the first and the last column could be it, or neither.
    """
    forms = Counter(map(_form, columns))
    (common, _), *_ = forms.most_common(1)
    unlike = [name for name in columns if _form(name) != common]
    if len(unlike) == 1:
        return unlike[0]
    first, last = columns[0], columns[-1]
    varying = [name for name in (first, last) if len(table[name].unique()) > 1]
    if len(varying) != 1:
        raise InputError(
            f"{where} has one column more than a square image has pixels, and {first!r} or {last!r} could be the "
            f"labels; say which, as in --columns 'label={first}'"
        )
    return varying[0]


def _in_order(columns: list[str]) -> list[str]:
    """The columns sorted by the one number in their names, since some programs put pixel10 before pixel2.

    Columns with other kinds of names keep their order.
    """
    numbers = [_NUMBER.findall(name) for name in columns]
    if len(set(map(_form, columns))) > 1 or any(len(found) != 1 for found in numbers):
        return columns
    return sorted(columns, key=lambda name: int(_NUMBER.findall(name)[0]))


def _form(name: str) -> str:
    """A name without its numbers."""
    return _NUMBER.sub("", name)


def _is_square(pixels: int) -> bool:
    return any(
        pixels >= LEAST_PIXELS and pixels % channels == 0 and isqrt(pixels // channels) ** 2 == pixels // channels
        for channels in (1, 3)
    )


def _read_csv(tree: FileTree, name: str) -> pa.Table:
    from pyarrow import csv as pa_csv

    first = csv_columns(tree, name)
    headless = all(_is_number(cell) for cell in first)
    names = [unnamed(at) for at in range(len(first))] if headless else None
    try:
        with tree.open(name) as file:
            return pa_csv.read_csv(
                file,
                pa_csv.ReadOptions(use_threads=False, column_names=names),
                pa_csv.ParseOptions(delimiter=delimiter(name)),
            )
    except Exception as error:  # pyarrow raises any type of error if a file is damaged
        raise InputError(f"{tree.where}: {name} cannot be read ({one_line(error):.200}); correct the file") from None


def _read_parquet(tree: FileTree, name: str) -> pa.Table:
    try:
        with tree.open(name) as opened, pq.ParquetFile(opened) as file:
            check_cells(file.metadata, tree.files[name].size, _CELLS_PER_BYTE)
            return file.read(use_threads=False)
    except Exception as error:  # as above
        raise InputError(f"{tree.where}: {name} cannot be read ({one_line(error):.200}); restore the file") from None


def _is_numeric(column: pa.ChunkedArray) -> bool:
    return not column.null_count and bool(pa.types.is_integer(column.type) or pa.types.is_floating(column.type))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
