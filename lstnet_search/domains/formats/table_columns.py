"""Which columns of a table hold images, labels and the split, and what the labels are called."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lstnet_search.config.reading import Columns, Role
from lstnet_search.errors import InputError, listed

USUAL: dict[Role, tuple[str, ...]] = {
    "image": ("image", "img"),
    "label": ("label", "labels", "digit", "fine_label"),
    "split": ("split",),
}
"""Names that columns usually have. Others are named by an option."""


@dataclass(frozen=True)
class ChosenColumns:
    """Names of a table's columns.

    Attributes:
        image: the column of images.
        label: the column of labels, or None.
        split: the column that says train or test, or None.
        class_names: names of the classes, if the table numbers them; see `class_names_of`.
        remarks: columns that could be labels but are not used.
    """

    image: str
    label: str | None
    split: str | None
    class_names: tuple[str, ...] | None
    remarks: tuple[str, ...]


def choose_columns(schema: pa.Schema, asked: Columns, where: str) -> ChosenColumns:
    """Choose the columns of images, labels and the split.

    Args:
        schema: the table's columns.
        asked: columns that the user named.
        where: the table, for messages.

    Raises:
        InputError: if there is no column of images, or one that is asked for is missing or has another type.
    """
    check_asked(schema.names, asked, where)
    twice = next((name for name in schema.names if schema.names.count(name) > 1 and name in _usual_names()), None)
    if twice is not None and twice not in USUAL["image"]:
        raise InputError(f"{where} has the column {twice!r} twice; remove one of them")
    image = asked.get("image") or next(
        (name for name in USUAL["image"] if schema.names.count(name) == 1 and is_images(schema.field(name).type)), None
    )
    if image is None or schema.names.count(image) != 1 or not is_images(schema.field(image).type):
        raise InputError(
            f"{where} has {_described(schema)}; it must have one column 'image' (binary) with the bytes of one image "
            "file per row: add that column, or name it with --columns image=NAME"
        )
    label = asked.get("label") or next((name for name in USUAL["label"] if name in schema.names), None)
    split = asked.get("split") or next((name for name in USUAL["split"] if name in schema.names), None)
    unused = [
        each.name
        for each in schema
        if each.name not in (image, label, split) and (pa.types.is_integer(each.type) or _is_dictionary(each.type))
    ]
    remarks: tuple[str, ...] = ()
    if unused:
        remarks = (
            f"columns that are not used: {listed(unused)}; "
            f"--columns label={unused[0]} would take the labels from there",
        )
    return ChosenColumns(image, label, split, None if label is None else class_names_of(schema, label), remarks)


def check_asked(names: Collection[str], asked: Columns, where: str) -> None:
    """Check that a table has the columns that the user named.

    Raises:
        InputError: if one is missing.
    """
    for role, name in asked.items():
        if name not in names:
            raise InputError(f"{where} has no column {name!r} ({role}); it has {listed(names)}: correct --columns")


def refuse_twice(names: Sequence[str], where: str) -> None:
    """Refuse a table with two columns of one name.

    Raises:
        InputError: if there are two.
    """
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{where} has the column {twice[:60]!r} twice; rename one of them")


def class_names_of(schema: pa.Schema, label: str) -> tuple[str, ...] | None:
    """Names of classes that Hugging Face's `datasets` stores in a schema (ClassLabel); None if there are none."""
    try:
        about = json.loads((schema.metadata or {})[b"huggingface"])
        names = about["info"]["features"][label]["names"]
    except (KeyError, TypeError, ValueError):
        return None
    is_list = isinstance(names, list) and all(isinstance(name, str) for name in names)
    return tuple(names) if is_list else None


def labels_of(column: pa.ChunkedArray, names: tuple[str, ...] | None, name: str, where: str) -> list[str] | None:
    """The class name of each row; None if no row has a label.

    Args:
        column: whole numbers or texts, which may be dictionary-encoded.
        names: names of numbered classes, if the table has them. -1 then stands for no label.
        name: the column's name, for messages.
        where: the table, for messages.

    Raises:
        InputError: if the column has another type, or only some rows have a label, or all have the same.
    """
    if _is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if column.null_count == len(column):
        return None
    if not (pa.types.is_integer(column.type) or is_text(column.type)):
        raise InputError(
            f"{where}: {name!r} is {column.type}; it must hold whole numbers or names: convert it, or name another "
            "column with --columns label=NAME"
        )
    values: list[Any] = column.to_pylist()
    if names is not None and pa.types.is_integer(column.type):
        values = [None if value == -1 else value for value in values]
        outside = next((value for value in values if value is not None and not 0 <= value < len(names)), None)
        if outside is not None:
            raise InputError(f"{where}: {name!r} holds {outside}, but names {len(names)} classes; correct the labels")
        values = [None if value is None else names[value] for value in values]
    missing = sum(value is None for value in values)
    if missing == len(values):
        return None
    if missing:
        raise InputError(
            f"{where}: {missing} of {len(values)} rows have no label; label all of them, or remove the column {name!r}"
        )
    labels = [str(value) for value in values]
    if len(set(labels)) == 1:
        raise InputError(
            f"{where} holds one class, {labels[0]!r}; give rows of two or more classes, or remove the column {name!r}"
        )
    return labels


def splits_of(column: pa.ChunkedArray, name: str, where: str) -> list[str]:
    """What the column of the split says for each row.

    Raises:
        InputError: if it does not hold texts.
    """
    if _is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not (is_text(column.type) or pa.types.is_null(column.type)):
        raise InputError(
            f"{where}: {name!r} is {column.type}; it must hold 'train' and 'test': correct or remove the column"
        )
    return ["" if value is None else str(value) for value in column.to_pylist()]


def is_images(kind: pa.DataType) -> bool:
    """Whether a column can hold images: bytes, or Hugging Face's struct of bytes and path."""
    if pa.types.is_struct(kind):
        inner = {kind.field(index).name: kind.field(index).type for index in range(kind.num_fields)}
        return "bytes" in inner and (is_bytes(inner["bytes"]) or pa.types.is_null(inner["bytes"]))
    return is_bytes(kind)


def is_bytes(kind: pa.DataType) -> bool:
    """Whether a column holds bytes."""
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind))


def is_text(kind: pa.DataType) -> bool:
    """Whether a column holds texts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _described(schema: pa.Schema) -> str:
    return listed(f"{each.name} ({str(each.type)[:60]})" for each in schema) or "no columns"


def _usual_names() -> tuple[str, ...]:
    return tuple(name for names in USUAL.values() for name in names)


def _is_dictionary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(kind))
