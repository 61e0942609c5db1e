"""A table of paths and labels beside a folder of images, such as Hugging Face's `metadata.csv`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc

from lstnet_search.config.reading import Columns, Role
from lstnet_search.domains.class_names import composed
from lstnet_search.domains.formats.folder import ENDINGS, image_names, read_image
from lstnet_search.domains.formats.parts import known_part, part_of_file, resolve_parts
from lstnet_search.domains.formats.pixel_table import csv_columns, delimiter, unnamed
from lstnet_search.domains.formats.source import ImageFile, Layout, fingerprint_of
from lstnet_search.domains.formats.table_columns import check_asked, labels_of, refuse_twice, splits_of
from lstnet_search.domains.formats.trees import FileTree, printable
from lstnet_search.errors import InputError, listed, one_line

METADATA = ("metadata.csv", "metadata.tsv", "metadata.jsonl")
"""Names of tables that are read without being asked for, as `datasets` does."""
JSON_LINES = ".jsonl"

USUAL: dict[Role, tuple[str, ...]] = {
    "image": (
        *("file_name", "filename", "file", "path", "filepath", "file_path", "image", "image_path", "img", "image_id"),
        *("id", "image_name", "name"),
    ),
    "label": ("label", "labels", "class", "class_name", "category", "target", "digit"),
    "split": ("split", "subset", "partition"),
}


def has_paths(first_row: Sequence[str]) -> bool:
    """Whether a table with this first row lists image files: it has a usual column name, or the row holds a path."""
    return _first(first_row, "image") is not None or _paths_at(first_row) is not None


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a table: its path, label and split, and the file that it names or the reason why there is none."""

    table: str
    path: str
    label: str | None
    split: str | None
    file: str | None
    problem: str


class PathTable:
    """The images that one or more tables list, in the order of their rows."""

    extra = pa.schema([])

    def __init__(self, tree: FileTree, tables: Sequence[str], asked: Columns) -> None:
        """Read the tables, and find their images. A path is relative to its table's folder.

        A name without its ending or its folder is accepted if only one image in the tree has it.

        Raises:
            InputError: if a table cannot be read, has no column of paths, names no image that exists, or says different
                things about one image.
        """
        self.where, self._tree, self._tables = tree.where, tree, tables
        finder = _Finder(tree)
        rows: list[_Row] = []
        self._roles: set[Role] = {"image", "label", "split"}
        for name in tables:
            found, roles = _rows(tree, name, asked, finder, self.where if len(tables) == 1 else f"{self.where}: {name}")
            rows += found
            self._roles &= roles
        self._rows, repeated = _without_repeated(rows, self.where)
        files = {row.file for row in self._rows if row.file is not None}
        if not files:
            path, problem = (rows[0].path, rows[0].problem) if rows else ("no rows", "it has no rows")
            raise InputError(
                f"{self.where} names no image that exists ({printable(path)[:80]}: {problem}); give paths relative to "
                "the table's folder"
            )
        self.remarks = tuple(self._remarks(repeated, len(set(image_names(tree)) - files), asked))
        self.fingerprint = fingerprint_of(
            tree.identity, ((name, tree.files[name]) for name in sorted({*files, *tables})), asked
        )

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[ImageFile]:
        for row in self._rows:
            if row.file is None:
                yield ImageFile(printable(row.path), None, problem=row.problem)
            else:
                yield read_image(self._tree, row.file)

    def layout(self) -> Layout:
        """See `ImageSource`."""
        labels = None
        if "label" in self._roles:
            column = pa.chunked_array([pa.array([row.label for row in self._rows], pa.string())])
            labels = labels_of(column, None, "label", self.where)
        if labels is not None:
            labels = list(map(composed, labels))
        if "split" in self._roles:
            column = pa.chunked_array([pa.array([row.split for row in self._rows], pa.string())])
            found, what = splits_of(column, "split", self.where), "the column 'split'"
        else:
            found, what = [part_of_file(row.table) or "" for row in self._rows], "the folders of its tables"
            if len(self._tables) == 1 or not any(found):
                return Layout(labels, None)
        parts, remarks = resolve_parts(found, self.where, what)
        return Layout(labels, parts, remarks)

    def png_name(self, name: str) -> str:
        """The image's path with .png appended."""
        return f"{name}.png"

    def _remarks(self, repeated: int, unlisted: int, asked: Columns) -> Iterator[str]:
        if repeated:
            yield f"{repeated} rows name an image again, with the same label, and are left out"
        if unlisted:
            yield f"{unlisted} images beside the table are not in it and are left out"
        if "label" not in self._roles and not asked.get("label"):
            yield (
                f"no column is used as label; {listed(self._tables)} could have one called label, or "
                "--columns label=NAME names it"
            )


class _Finder:
    """Finds the file that a row of a table names."""

    def __init__(self, tree: FileTree) -> None:
        self._files = set(image_names(tree))
        self._folders = tree.folders
        self._by_name: dict[str, list[str]] = {}
        for name in self._files:
            path = PurePosixPath(name)
            for short in {path.name, path.stem, str(path.with_suffix(""))}:
                self._by_name.setdefault(short, []).append(name)

    def find(self, path: str, table: str) -> tuple[str | None, str]:
        """The file, or None and the reason."""
        given, folder = PurePosixPath(path.replace("\\", "/")), PurePosixPath(table).parent
        relative = folder / given
        if str(relative) in self._files:
            return str(relative), ""
        matching = self._by_name.get(str(relative), [])
        if not matching and str(relative.parent) not in self._folders:
            # Another class may have an image of that name, so the folder's name must be the row's or the table's.
            allowed = {given.parent.name, folder.name}
            matching = [
                name
                for name in self._by_name.get(given.name, [])
                if not given.parent.name or PurePosixPath(name).parent.name in allowed
            ]
        if len(matching) == 1:
            return matching[0], ""
        if matching:
            return None, f"the table names it, but {len(matching)} files have that name, such as {min(matching)}"
        return None, "the table names it, but there is no such file"


def _rows(tree: FileTree, name: str, asked: Columns, finder: _Finder, where: str) -> tuple[list[_Row], set[Role]]:
    """The rows of one table, and which columns it has."""
    table = _read(tree, name)
    refuse_twice(table.column_names, where)
    check_asked(table.column_names, asked, where)
    usual = {role: _first(table.column_names, role) for role in USUAL} | _without_header(table)
    chosen: dict[Role, str] = {role: column for role, column in (usual | dict(asked)).items() if column is not None}
    if "image" not in chosen:
        raise InputError(
            f"{where} has the columns {listed(table.column_names)}; one must name the image files, such as "
            "'file_name': rename it, or name it with --columns image=NAME"
        )
    texts = {role: _texts(table[column], where) for role, column in chosen.items()}
    nothing: list[str | None] = [None] * len(table)
    rows = []
    for path, label, split in zip(
        texts["image"], texts.get("label", nothing), texts.get("split", nothing), strict=True
    ):
        file, problem = finder.find(path or "", name)
        rows.append(_Row(name, path or "", label, split, file, problem))
    return rows, set(chosen)


def _without_repeated(rows: Sequence[_Row], where: str) -> tuple[list[_Row], int]:
    """The rows without those that repeat an earlier one, and how many were left out.

    Raises:
        InputError: if rows say different things about one image.
    """
    first: dict[str, _Row] = {}
    kept: list[_Row] = []
    differing: dict[str, None] = {}
    for row in rows:
        earlier = row if row.file is None else first.setdefault(row.file, row)
        if earlier is row:
            kept.append(row)
        elif (earlier.label, earlier.split) != (row.label, row.split):
            differing[earlier.file or ""] = None
    if differing:
        raise InputError(
            f"{where} has several rows with different labels or splits for {len(differing)} images "
            f"({listed(map(printable, differing))}); leave one row for each"
        )
    return kept, len(rows) - len(kept)


def _first(columns: Sequence[str], role: Role) -> str | None:
    lower = {name.strip().lower(): name for name in columns}
    return next((lower[name] for name in USUAL[role] if name in lower), None)


def _paths_at(first_row: Sequence[str]) -> int | None:
    """Where a table without a header has its paths; None if it has a header."""
    return next((at for at, cell in enumerate(first_row) if cell.strip().lower().endswith(ENDINGS)), None)


def _without_header(table: pa.Table) -> dict[Role, str | None]:
    """The columns of a table without a header: paths, parts, and, if only one is left, labels. Empty for others."""
    names = table.column_names
    if names != [unnamed(at) for at in range(len(names))] or not len(table):
        return {}
    image = names[_paths_at([str(value) for value in table.slice(0, 1).to_pylist()[0].values()]) or 0]
    others = [name for name in names if name != image]
    split = next((name for name in others if all(known_part(str(each.as_py())) for each in table[name].unique())), None)
    left = [name for name in others if name != split]
    return {"image": image, "label": left[0] if len(left) == 1 else None, "split": split}


def _texts(column: pa.ChunkedArray, where: str) -> list[str | None]:
    try:
        texts: list[str | None] = pc.utf8_trim_whitespace(column.cast(pa.string())).to_pylist()
    except Exception as error:  # pyarrow raises any type of error for values that are not text
        raise InputError(
            f"{where}: a column of paths, labels or splits is not text ({one_line(error):.200}); save the file as UTF-8"
        ) from None
    return texts


def _read(tree: FileTree, name: str) -> pa.Table:
    try:
        if name.lower().endswith(JSON_LINES):
            from pyarrow import json

            with tree.open(name) as file:
                return json.read_json(file, json.ReadOptions(use_threads=False))
        return _read_csv(tree, name)
    except InputError:
        raise
    except Exception as error:  # pyarrow raises any type of error if a file is damaged
        raise InputError(f"{tree.where}: {name} cannot be read ({one_line(error):.200}); correct the file") from None


def _read_csv(tree: FileTree, name: str) -> pa.Table:
    from pyarrow import csv

    header = [cell.strip() for cell in csv_columns(tree, name)]  # refuses column names that are not text
    headless = _paths_at(header) is not None
    names = [unnamed(at) for at in range(len(header))] if headless else header
    texts = csv.ConvertOptions(  # numbers would lose their zeros: 0001 is the name of an image
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    with tree.open(name) as file:
        how = csv.ReadOptions(use_threads=False, column_names=names, skip_rows=0 if headless else 1)
        return csv.read_csv(file, how, csv.ParseOptions(delimiter=delimiter(name)), texts)
