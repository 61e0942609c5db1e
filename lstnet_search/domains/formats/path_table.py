"""A CSV file of paths and labels beside a folder of images, such as Hugging Face's `metadata.csv`."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import pyarrow as pa

from lstnet_search.config.reading import Columns, Role
from lstnet_search.domains.class_names import composed
from lstnet_search.domains.formats.folder import image_names, read_image
from lstnet_search.domains.formats.parts import part_of_file, resolve_parts
from lstnet_search.domains.formats.pixel_table import csv_columns, delimiter
from lstnet_search.domains.formats.source import ImageFile, Layout, fingerprint_of
from lstnet_search.domains.formats.table_columns import check_asked, labels_of, refuse_twice, shortened, splits_of
from lstnet_search.domains.formats.trees import FileTree, printable
from lstnet_search.errors import InputError, one_line

METADATA = ("metadata.csv", "metadata.tsv")
"""Names of tables that are read without being asked for, as `datasets` does."""

USUAL: dict[Role, tuple[str, ...]] = {
    "image": (
        *("file_name", "filename", "file", "path", "filepath", "file_path", "image", "image_path", "img", "image_id"),
        *("id", "image_name", "name"),
    ),
    "label": ("label", "labels", "class", "class_name", "category", "target", "digit"),
    "split": ("split", "subset", "partition"),
}


def has_paths(columns: Sequence[str]) -> bool:
    """Whether a table with these columns can name images."""
    return _first(columns, "image") is not None


class PathTable:
    """The images that one or more tables list, in the order of their rows."""

    extra = pa.schema([])

    def __init__(self, tree: FileTree, tables: Sequence[str], asked: Columns) -> None:
        """Read the tables, and find their images. A path is relative to its table's folder.

        A name without an ending, or without its folder, counts if only one image in the tree has it.

        Raises:
            InputError: if a table cannot be read, has no column of paths, or names no image that exists.
        """
        self.where, self._tree, self._tables = tree.where, tree, tables
        self._paths: list[str] = []
        self._names: list[str | None] = []
        columns: dict[Role, list[pa.ChunkedArray]] = {"label": [], "split": []}
        self._by_table: list[str] = []
        finder = _Finder(tree)
        for name in tables:
            table = _read(tree, name)
            where = self.where if len(tables) == 1 else f"{self.where}: {name}"
            refuse_twice(table.column_names, where)
            check_asked(table.column_names, asked, where)
            paths = asked.get("image") or _first(table.column_names, "image")
            if paths is None:
                raise InputError(
                    f"{where} has the columns {shortened(table.column_names)}; one must name the image files, such as "
                    "'file_name': rename it, or name it with --columns image=NAME"
                )
            for path in _texts(table[paths], where):
                self._paths.append(path or "")
                self._names.append(finder.find(path or "", name))
                self._by_table.append(name)
            for role, found in columns.items():
                column = asked.get(role) or _first(table.column_names, role)
                if column is not None:
                    found.append(table[column])
        self._columns = {role: found for role, found in columns.items() if len(found) == len(tables)}
        found_files = {name for name in self._names if name is not None}
        if not found_files:
            raise InputError(
                f"{self.where} names no image that exists ({printable((self._paths or ['no rows'])[0])[:80]}); give "
                "paths relative to the table's folder"
            )
        unlisted = len(set(image_names(tree)) - found_files)
        self.remarks: tuple[str, ...] = ()
        if unlisted:
            self.remarks = (f"{unlisted} images beside the table are not in it and are left out",)
        if "label" not in self._columns and not asked.get("label"):
            self.remarks += (
                f"no column is used as label; {', '.join(tables)} could have one called label, or --columns label=NAME "
                "names it",
            )
        self.fingerprint = fingerprint_of(
            tree.identity, [(name, tree.files[name]) for name in sorted({*found_files, *tables})], dict(asked)
        )

    def __len__(self) -> int:
        return len(self._paths)

    def __iter__(self) -> Iterator[ImageFile]:
        for path, name in zip(self._paths, self._names, strict=True):
            if name is None:
                yield ImageFile(printable(path), None, problem="the table names it, but there is no such file")
            else:
                yield read_image(self._tree, name)

    def layout(self) -> Layout:
        """See `ImageSource`."""
        labels = None
        if "label" in self._columns:
            labels = labels_of(_joined(self._columns["label"]), None, "label", self.where)
        if labels is not None:
            labels = list(map(composed, labels))
        if "split" in self._columns:
            found, what = splits_of(_joined(self._columns["split"]), "split", self.where), "the column 'split'"
        else:
            found, what = [part_of_file(name) or "" for name in self._by_table], "the folders of its tables"
            if len(self._tables) == 1 or not any(found):
                return Layout(labels, None)
        parts, remarks = resolve_parts(found, self.where, what)
        return Layout(labels, parts, remarks)

    def png_name(self, name: str) -> str:
        """The image's path with .png appended."""
        return f"{name}.png"


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

    def find(self, path: str, table: str) -> str | None:
        relative = str(PurePosixPath(table).parent / path.replace("\\", "/"))
        if relative in self._files:
            return relative
        if str(PurePosixPath(relative).parent) in self._folders:  # else another class's image of that name would be it
            matching = self._by_name.get(relative, [])
            return matching[0] if len(matching) == 1 else None
        for short in (relative, PurePosixPath(path).name):
            matching = self._by_name.get(short, [])
            if len(matching) == 1:
                return matching[0]
        return None


def _first(columns: Sequence[str], role: Role) -> str | None:
    lower = {name.strip().lower(): name for name in columns}
    return next((lower[name] for name in USUAL[role] if name in lower), None)


def _joined(columns: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    if len({column.type for column in columns}) > 1:
        columns = [column.cast(pa.string()) for column in columns]
    return pa.chunked_array([chunk for column in columns for chunk in column.chunks])


def _texts(column: pa.ChunkedArray, where: str) -> list[str | None]:
    try:
        texts: list[str | None] = column.cast(pa.string()).to_pylist()
    except Exception as error:  # pyarrow raises any type of error for values that are no text
        raise InputError(f"{where}: paths are no texts ({one_line(error):.200}); save the file as UTF-8") from None
    return texts


def _read(tree: FileTree, name: str) -> pa.Table:
    from pyarrow import csv

    header = csv_columns(tree, name)  # refuses names of columns that are no texts
    texts = csv.ConvertOptions(  # numbers would lose their zeros: 0001 is the name of an image
        column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    try:
        with tree.open(name) as file:
            how = csv.ReadOptions(use_threads=False), csv.ParseOptions(delimiter=delimiter(name)), texts
            return csv.read_csv(file, *how)
    except Exception as error:  # pyarrow raises any type of error if a file is damaged
        raise InputError(f"{tree.where}: {name} cannot be read ({one_line(error):.200}); correct the file") from None
