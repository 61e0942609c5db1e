"""Lists a user's folder or table of images: files, their classes, and whether they are for training or testing."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import cast, get_args

import pyarrow as pa
import pyarrow.parquet as pq

from lstnet_search.config.domain_names import UserImages
from lstnet_search.domains.domain import Part
from lstnet_search.domains.user_images.sources import ENDINGS, ImageFile, ImageTable, image_stat, printable
from lstnet_search.errors import InputError, one_line

PARTS: tuple[Part, ...] = get_args(Part)


@dataclass(frozen=True)
class ImageListing:
    """Image files, not opened yet.

    Attributes:
        files: the files in a fixed order.
        labels: class name of each file; None if they are unlabelled.
        parts: part of each file; None if the user has not split them.
        count: number of files.
        fingerprint: changes with the location, and with the name, size and modification time of any file.
    """

    files: Iterable[ImageFile]
    labels: Sequence[str] | None
    parts: Sequence[Part] | None
    count: int
    fingerprint: str

    @property
    def classes(self) -> tuple[str, ...] | None:
        """Names of all classes, sorted, by value if all are numbers; None if the files are unlabelled."""
        if self.labels is None:
            return None
        names = set(self.labels)
        return tuple(sorted(names, key=int if all(map(_is_number, names)) else str))


def list_images(user_images: UserImages) -> ImageListing:
    """List a user's images, without opening them.

    Raises:
        InputError: if there are none, or their layout is not that of a domain.
    """
    check_exists(user_images)
    return _in_folder(user_images) if user_images.kind == "folder" else _in_table(user_images)


def check_exists(user_images: UserImages) -> None:
    """Check that the folder or file exists, without looking inside.

    Raises:
        InputError: if it does not.
    """
    if user_images.kind == "folder" and not user_images.path.is_dir():
        raise InputError(f"{user_images} is not a folder; give a folder of images, or of subfolders, one per class")
    if user_images.kind == "parquet" and not user_images.path.is_file():
        raise InputError(f"{user_images} is not a file; give a Parquet file with a column 'image'")


def _in_folder(user_images: UserImages) -> ImageListing:
    names, fingerprint, folders = _walk(user_images.path)
    if not names:
        raise InputError(f"{user_images} holds no images; give a folder with files that end in {', '.join(ENDINGS)}")
    parts: list[Part] | None = None
    names_in_part = names
    if {name.partition("/")[0] if "/" in name else None for name in names} == set(PARTS):
        parts = [cast(Part, name.partition("/")[0]) for name in names]
        names_in_part = [name.partition("/")[2] for name in names]
        folders = {inner for folder in folders if (inner := folder.partition("/")[2])}
    labels = _labels_of(user_images, names_in_part, {folder for folder in folders if "/" not in folder})
    files = [ImageFile(printable(Path(name)), user_images.path / name) for name in names]
    return ImageListing(files, labels, parts, len(files), fingerprint)


def _labels_of(user_images: UserImages, names: list[str], folders: set[str]) -> list[str] | None:
    """The class of each image, which is the first folder in its path; None if there are no folders."""
    outside = [name for name in names if "/" not in name]
    if len(outside) == len(names) and not folders:
        return None
    if outside and len(outside) < len(names):
        raise InputError(
            f"{user_images} holds {len(outside)} images outside its subfolders ({outside[0]}); images must all be in "
            "subfolders, one per class, or all outside, unlabelled: move them"
        )
    empty = sorted(folders - {name.partition("/")[0] for name in names})
    if empty:
        raise InputError(f"{user_images} has subfolders without images ({', '.join(empty[:5])}); fill or remove them")
    labels = [printable(Path(name.partition("/")[0])) for name in names]
    if len(set(labels)) == 1:
        raise InputError(
            f"{user_images} holds one class, {labels[0]!r}; give two or more subfolders, or, if the images are "
            f"unlabelled, give {user_images.path / names[0].partition('/')[0]}"
        )
    return labels


def _walk(where: Path) -> tuple[list[str], str, set[str]]:
    """The paths of all images, sorted; their fingerprint; and the paths of all folders.

    Hidden files and folders are skipped, and links to folders are not followed.
    """
    found: list[tuple[str, int, int]] = []
    folders: set[str] = set()
    base = os.path.join(where, "")
    for folder, subfolders, names in os.walk(where):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        inside = folder[len(base) :].replace(os.sep, "/")
        prefix = f"{inside}/" if inside else ""
        folders.update(prefix + name for name in subfolders)
        for name in names:
            if name.lower().endswith(ENDINGS) and not name.startswith("."):
                status = image_stat(os.path.join(folder, name))
                if status is not None:
                    found.append((prefix + name, status.st_size, status.st_mtime_ns))
    found.sort()
    return [name for name, *_ in found], _fingerprint(str(where.resolve()), found), folders


def _in_table(user_images: UserImages) -> ImageListing:
    table = ImageTable(user_images.path, str(user_images))
    try:
        extra = pq.read_table(user_images.path, columns=table.extra.names)
    except Exception as error:  # pyarrow raises any type of error if a file is damaged
        raise InputError(f"{user_images} is damaged ({one_line(error)}); restore the file") from None
    columns = {name: extra[name] for name in extra.column_names}
    status = user_images.path.stat()
    return ImageListing(
        table,
        _table_labels(user_images, columns.get("label")),
        _table_parts(user_images, columns.get("split")),
        len(table),
        _fingerprint(str(user_images.path.resolve()), [status.st_size, status.st_mtime_ns]),
    )


def _table_labels(user_images: UserImages, column: pa.ChunkedArray | None) -> list[str] | None:
    if column is None or column.null_count == len(column):
        return None
    if column.null_count:
        raise InputError(
            f"{user_images}: {column.null_count} of {len(column)} rows have no label; label all of them, or remove the "
            "column 'label'"
        )
    if not (pa.types.is_integer(column.type) or _is_text(column.type)):
        raise InputError(f"{user_images}: 'label' is {column.type}; it must hold whole numbers or names: convert it")
    labels = [str(value) for value in column.to_pylist()]
    if len(set(labels)) == 1:
        raise InputError(
            f"{user_images} holds one class, {labels[0]!r}; give rows of two or more classes, or remove the "
            "column 'label'"
        )
    return labels


def _table_parts(user_images: UserImages, column: pa.ChunkedArray | None) -> list[Part] | None:
    if column is None:
        return None
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (_is_text(kind) or pa.types.is_null(kind)):
        raise InputError(
            f"{user_images}: 'split' is {column.type}; it must hold 'train' and 'test': correct or remove the column"
        )
    found = set(column.to_pylist())
    if found == {"train"}:
        return None
    if found != set(PARTS):
        raise InputError(
            f"{user_images}: 'split' holds {', '.join(sorted(map(repr, found)))}; it must hold 'train' and "
            "'test': correct or remove the column"
        )
    return cast(list[Part], column.to_pylist())


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _fingerprint(where: str, found: object) -> str:
    return sha256(repr((where, found)).encode("utf-8", "backslashreplace")).hexdigest()[:16]
