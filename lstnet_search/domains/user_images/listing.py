"""What a user's folder or table of images holds: files, their classes, the parts they belong to."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import cast, get_args

import pyarrow as pa
import pyarrow.parquet as pq

from lstnet_search.config.domain_names import OwnImages
from lstnet_search.domains.domain import Part
from lstnet_search.domains.user_images.sources import ENDINGS, ImageFile, ImageTable, printable, status_of_image
from lstnet_search.errors import InputError

PARTS: tuple[Part, ...] = get_args(Part)


@dataclass(frozen=True)
class OwnFiles:
    """Image files, not opened yet.

    Attributes:
        files: in a fixed order.
        labels: the name of each one's class; None where nobody labelled them.
        parts: which part each belongs to; None where nobody said.
        fingerprint: changes with the place, and with each file's name, size and time of change.
    """

    files: Iterable[ImageFile]
    labels: Sequence[str] | None
    parts: Sequence[Part] | None
    count: int
    fingerprint: str

    @property
    def classes(self) -> tuple[str, ...] | None:
        """Names of all classes, numbers in their order; None where nobody labelled."""
        if self.labels is None:
            return None
        names = set(self.labels)
        return tuple(sorted(names, key=int if all(map(_is_number, names)) else str))


def find_files(own: OwnImages) -> OwnFiles:
    """List what is there.

    Raises:
        InputError: if there is nothing, or it is not laid out as a domain is.
    """
    return _in_folder(own) if own.kind == "folder" else _in_table(own)


def check_place(own: OwnImages) -> None:
    """Check that the folder or file is there, without looking inside.

    Raises:
        InputError: if not.
    """
    if own.kind == "folder" and not own.path.is_dir():
        raise InputError(f"{own} is no folder; give one that holds images, or subfolders of them, one a class")
    if own.kind == "parquet" and not own.path.is_file():
        raise InputError(f"{own} is no file; give a Parquet file with a column 'image'")


def _in_folder(own: OwnImages) -> OwnFiles:
    check_place(own)
    names, digest, folders = _walk(own.path)
    if not names:
        raise InputError(f"{own} holds no images; give a folder with files that end in {', '.join(ENDINGS)}")
    first = {name.partition("/")[0] for name in names if "/" in name}
    loose = [name for name in names if "/" not in name]
    parts: list[Part] | None = None
    inner = names
    if first == set(PARTS) and not loose:
        parts = [cast(Part, name.partition("/")[0]) for name in names]
        inner = [name.partition("/")[2] for name in names]
        folders = {f for folder in folders for part, _, f in [folder.partition("/")] if f}
    labels = _labels_of(own, inner, {folder for folder in folders if "/" not in folder})
    files = [ImageFile(printable(Path(name)), own.path / name) for name in names]
    return OwnFiles(files, labels, parts, len(files), digest)


def _labels_of(own: OwnImages, names: list[str], folders: set[str]) -> list[str] | None:
    """Classes by the first folder in the path of each image; None where there are no folders."""
    loose = [name for name in names if "/" not in name]
    if len(loose) == len(names) and not folders:
        return None
    if loose and len(loose) < len(names):
        raise InputError(
            f"{own} holds {len(loose)} images beside its subfolders ({loose[0]}); images lie in subfolders, one a "
            "class, or all outside of any, unlabelled: move them"
        )
    empty = sorted(folders - {name.partition("/")[0] for name in names})
    if empty:
        raise InputError(f"{own} has subfolders without images ({', '.join(empty[:5])}); fill them, or remove them")
    labels = [printable(Path(name.partition("/")[0])) for name in names]
    if len(set(labels)) == 1:
        raise InputError(
            f"{own} holds one class, {labels[0]!r}; give two or more subfolders, or, for images without labels, "
            f"give {own.path / names[0].partition('/')[0]}"
        )
    return labels


def _walk(where: Path) -> tuple[list[str], str, set[str]]:
    """Paths of images, sorted; a digest of them; paths of all folders. Hidden ones are left out, links not followed."""
    found: list[tuple[str, int, int]] = []
    folders: set[str] = set()
    base = os.path.join(where, "")
    for folder, below, names in os.walk(where):
        below[:] = [name for name in below if not name.startswith(".")]
        inside = folder[len(base) :].replace(os.sep, "/")
        prefix = f"{inside}/" if inside else ""
        folders.update(prefix + name for name in below)
        for name in names:
            if name.lower().endswith(ENDINGS) and not name.startswith("."):
                status = status_of_image(os.path.join(folder, name))
                if status is not None:
                    found.append((prefix + name, status.st_size, status.st_mtime_ns))
    found.sort()
    return [name for name, *_ in found], _digest(str(where.resolve()), found), folders


def _in_table(own: OwnImages) -> OwnFiles:
    check_place(own)
    table = ImageTable(own.path, str(own))
    try:
        kept = pq.read_table(own.path, columns=table.kept.names)
    except Exception as error:  # of a damaged file, pyarrow raises anything
        raise InputError(f"{own} is damaged ({' '.join(str(error).split())}); mend it") from None
    values = {name: kept[name] for name in kept.column_names}
    about = own.path.stat()
    digest = _digest(str(own.path.resolve()), [about.st_size, about.st_mtime_ns])
    return OwnFiles(
        table, _table_labels(own, values.get("label")), _table_parts(own, values.get("split")), len(table), digest
    )


def _table_labels(own: OwnImages, column: pa.ChunkedArray | None) -> list[str] | None:
    if column is None or column.null_count == len(column):
        return None
    if column.null_count:
        raise InputError(
            f"{own}: {column.null_count} of {len(column)} rows have no label; label all of them, or leave the "
            "column 'label' out"
        )
    if not (pa.types.is_integer(column.type) or _is_text(column.type)):
        raise InputError(f"{own}: 'label' is {column.type}; it must hold whole numbers or names: convert it")
    labels = [str(value) for value in column.to_pylist()]
    if len(set(labels)) == 1:
        raise InputError(
            f"{own} holds one class, {labels[0]!r}; give rows of two or more, or leave the column 'label' out"
        )
    return labels


def _table_parts(own: OwnImages, column: pa.ChunkedArray | None) -> list[Part] | None:
    if column is None:
        return None
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (_is_text(kind) or pa.types.is_null(kind)):
        raise InputError(
            f"{own}: 'split' is {column.type}; it must hold 'train' and 'test': correct it, or leave it out"
        )
    found = set(column.to_pylist())
    if found == {"train"}:
        return None
    if found != set(PARTS):
        raise InputError(
            f"{own}: 'split' holds {', '.join(sorted(map(repr, found)))}; allowed are 'train' and 'test': correct it, "
            "or leave the column out"
        )
    return cast(list[Part], column.to_pylist())


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _digest(where: str, found: object) -> str:
    return sha256(repr((where, found)).encode("utf-8", "backslashreplace")).hexdigest()[:16]
