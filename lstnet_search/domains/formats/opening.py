"""Opens whatever holds a user's images. The names of the files decide the format."""

import json
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pyarrow.parquet as pq

from lstnet_search.config.domain_names import Kind, UserImages, local_location
from lstnet_search.config.reading import Columns
from lstnet_search.domains.formats.array_files import read_npz
from lstnet_search.domains.formats.arrays import ImageArrays
from lstnet_search.domains.formats.folder import ImageFolder, image_names
from lstnet_search.domains.formats.hdf5 import read_hdf5
from lstnet_search.domains.formats.idx import idx_names, read_idx_set
from lstnet_search.domains.formats.locations import check_exists, open_tree
from lstnet_search.domains.formats.path_table import JSON_LINES, METADATA, PathTable, has_paths
from lstnet_search.domains.formats.pixel_table import csv_columns, is_pixel_table, read_pixel_tables
from lstnet_search.domains.formats.source import ImageSource
from lstnet_search.domains.formats.table import ImageTable
from lstnet_search.domains.formats.trees import FileTree, LocalTree
from lstnet_search.errors import InputError, listed

CSV = (".csv", ".tsv")
TABLES_OF_PATHS = (*CSV, JSON_LINES)
HDF5 = (".h5", ".hdf5")
FORMATS = (
    "a folder of images, a zip file of one, Parquet (also shards and what `datasets` saves), .npz, IDX files, a CSV "
    "file of paths or pixels, or usps.h5"
)


def find_images(location: str | Path, columns: Columns | None = None, option: str = "--input ") -> ImageSource:
    """The images at a location.

    Args:
        location: where they are.
        columns: columns of a table that the user named.
        option: what messages put in front of the location.

    Raises:
        InputError: if there are none.
    """
    return _open(local_location(str(location)), f"{option}{location}", columns or {}, "images")


def open_images(images: UserImages, columns: Columns | None = None) -> ImageSource:
    """The images of a domain.

    Args:
        images: where they are.
        columns: columns of a table that the user named.

    Raises:
        InputError: if there are none.
    """
    check_user_images(images)
    return _open(images.location, str(images), columns or {}, images.kind)


def check_user_images(images: UserImages) -> None:
    """Check that a user's images exist, without looking inside.

    Raises:
        InputError: if they do not.
    """
    try:
        check_exists(images.location, str(images))
    except InputError:
        if images.kind == "folder" and "*" not in images.location:
            raise InputError(
                f"{images} is not a folder; give a folder of images, or of subfolders, one per class"
            ) from None
        if images.kind == "parquet" and "*" not in images.location:
            raise InputError(f"{images} is not a file; give a Parquet file with a column 'image'") from None
        raise


def _open(location: str, where: str, columns: Columns, kind: Kind) -> ImageSource:
    tree = open_tree(location, where)
    source = _source(tree, columns, kind)
    is_table = isinstance(source, ImageTable | PathTable) or (isinstance(source, ImageArrays) and source.from_table)
    if columns and not is_table:
        raise InputError(f"{where} is not read as a table, so --columns has nothing to name; leave it out")
    return source


def _source(tree: FileTree, columns: Columns, kind: Kind) -> ImageSource:
    if isinstance(tree, LocalTree) and len(tree.files) == 1:
        (table,) = tree.files
        if table.lower().endswith(TABLES_OF_PATHS):
            return _text_table(tree, table, columns)
    tables = _with_endings(tree, (".parquet",))
    if kind == "parquet":  # whatever the file is called
        tables = tables or _saved(tree) or [name for name in tree.files if len(tree.files) == 1]
        return _tables(tree, tables, columns)
    if saved := _saved(tree):
        return ImageTable(tree, saved, columns)
    if image_names(tree):
        metadata = [name for name in tree.files if PurePosixPath(name).name.lower() in METADATA]
        return PathTable(tree, metadata, columns) if metadata else ImageFolder(tree, _beside(tree, tables))
    return _without_image_files(tree, tables, columns)


def _without_image_files(tree: FileTree, tables: list[str], columns: Columns) -> ImageSource:
    """Images in files of another kind."""
    readers: tuple[tuple[list[str], Callable[[list[str]], ImageSource]], ...] = (
        (tables, lambda names: _tables(tree, names, columns)),
        (_arrows(tree), lambda names: ImageTable(tree, names, columns)),
        (list(idx_names(tree)), lambda names: read_idx_set(tree)),
        (_with_endings(tree, (".npz",)), lambda names: read_npz(tree, _only(tree, names))),
        (_with_endings(tree, HDF5), lambda names: read_hdf5(tree, _only(tree, names))),
        (_pixel_tables(tree), lambda names: read_pixel_tables(tree, names, columns)),
    )
    for names, read in readers:
        if names:
            return read(names)
    if len(tree.files) == 1:
        (name,) = tree.files
        if not name.lower().endswith(CSV):
            return ImageTable(tree, [name], columns)  # a Parquet file may be called anything; this says what is wrong
    return ImageFolder(tree)  # this says what is wrong


def _text_table(table: LocalTree, name: str, columns: Columns) -> ImageSource:
    """A table of paths, with the folder that it lies in, or a table of pixels."""
    if name.lower().endswith(CSV) and not columns.get("image") and is_pixel_table(csv_columns(table, name)):
        return read_pixel_tables(table, [name], columns)
    beside = LocalTree(table.root, table.where)
    if columns.get("image") or name.lower().endswith(JSON_LINES) or has_paths(csv_columns(table, name)):
        return PathTable(beside, [name], columns)
    if image_names(beside):  # this says what is wrong
        return PathTable(beside, [name], columns)
    return read_pixel_tables(table, [name], columns)  # this says what is wrong


def _tables(tree: FileTree, names: list[str], columns: Columns) -> ImageSource:
    if names and all(name.lower().endswith(".parquet") for name in names):
        try:
            with tree.open(names[0]) as opened:
                found = pq.read_schema(opened).names
        except Exception:  # noqa: S110  # nosec B110  # reported when the table is opened
            pass
        else:
            if is_pixel_table(found) and not columns.get("image"):
                return read_pixel_tables(tree, names, columns)
    if not names:
        raise InputError(f"{tree.where} holds no Parquet files; give {FORMATS}")
    return ImageTable(tree, names, columns)


def _saved(tree: FileTree) -> list[str]:
    """The tables that belong to a folder saved by `datasets`, without leftovers of an earlier set; else empty.

    Raises:
        InputError: if one of them is missing.
    """
    found: list[str] = []
    for name in tree.files:
        if PurePosixPath(name).name == "state.json":
            try:
                with tree.open(name) as file:
                    own = [str(each["filename"]) for each in json.load(file)["_data_files"]]
            except (OSError, ValueError, LookupError, TypeError):
                continue  # another program's file
            found += [str(PurePosixPath(name).parent / each) for each in own]
    if missing := [name for name in found if name not in tree.files]:
        raise InputError(f"{tree.where} lacks {listed(missing)}, which `datasets` saved; copy the whole folder again")
    return found


def _arrows(tree: FileTree) -> list[str]:
    """Arrow tables, without the files in which `datasets` caches its computations."""
    return [
        name for name in _with_endings(tree, (".arrow",)) if not PurePosixPath(name).name.startswith(("cache-", "tmp"))
    ]


def _pixel_tables(tree: FileTree) -> list[str]:
    return [name for name in _with_endings(tree, CSV) if is_pixel_table(csv_columns(tree, name))]


def _beside(tree: FileTree, tables: list[str]) -> list[str]:
    """Remarks on tables beside the images, which could hold their labels or other images."""
    paths = [
        name
        for name in _with_endings(tree, TABLES_OF_PATHS)
        if "/" not in name and (name.lower().endswith(JSON_LINES) or has_paths(csv_columns(tree, name)))
    ]
    remarks = [f"{name} lies beside the images and is not read; give images:…/{name} to use it" for name in paths[:3]]
    if tables:
        remarks.append(f"{len(tables)} Parquet files beside the images are not read; give parquet:PATH to read them")
    return remarks


def _with_endings(tree: FileTree, endings: tuple[str, ...]) -> list[str]:
    return [name for name in tree.files if name.lower().endswith(endings)]


def _only(tree: FileTree, names: list[str]) -> str:
    if len(names) > 1:
        raise InputError(f"{tree.where} holds {len(names)} such files ({listed(names)}); give one of them")
    return names[0]
