"""What every format offers: image files in a fixed order, their classes, and which are for testing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lstnet_search.config.reading import Columns
from lstnet_search.domains.domain import Part

Pixels = NDArray[np.generic]
"""Pixels of one image that is not in a file of its own, (H, W) or (H, W, C) with C = 1 or 3."""


@dataclass(frozen=True)
class ImageFile:
    """One image, not opened yet.

    Attributes:
        name: path relative to the folder, or the row's number, from 0.
        content: the file's path or bytes, or pixels; None if the row has no image.
        extra: the row's values in the table's columns that are copied to translations.
        problem: why the image cannot be read, if that is known before it is opened.
    """

    name: str
    content: Path | BytesIO | Pixels | None
    extra: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True)
class Layout:
    """What a set says about its images besides their pixels.

    Attributes:
        labels: class name of each image; None if they are unlabelled.
        parts: part of each image; None if the user has not split them.
        remarks: what the user should know about both, one sentence per remark.
    """

    labels: Sequence[str] | None
    parts: Sequence[Part] | None
    remarks: tuple[str, ...] = ()


class ImageSource(Protocol):
    """Images in a fixed order; they can be iterated over more than once.

    Attributes:
        where: the folder or file as the user named it, for messages.
        extra: schema of the columns that are copied to a translation.
        fingerprint: changes with the location, and with the name, size and modification time of any file.
        remarks: what the user should know about how the images are read, one sentence per remark.
    """

    where: str
    extra: pa.Schema
    fingerprint: str
    remarks: tuple[str, ...]

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[ImageFile]: ...

    def layout(self) -> Layout:
        """Classes and parts of the images, in their order.

        Raises:
            InputError: if the set's layout is not that of a domain.
        """
        ...

    def png_name(self, name: str) -> str:
        """The relative path of a PNG file made from the image of that name, unique in the source."""
        ...


def fingerprint_of(identity: str, files: Iterable[tuple[str, object]], columns: Columns | None = None) -> str:
    """Sixteen hexadecimal digits that change with a set's location, with any of its files, and with the named columns.

    Args:
        identity: the location.
        files: each file's name with a value that changes when the file does. There may be millions, so it can be an
            iterator.
        columns: columns of a table that the user named.
    """
    digest = sha256()
    first: list[object] = [identity, sorted((columns or {}).items())]
    for each in chain(first, files):
        digest.update(repr(each).encode("utf-8", "backslashreplace") + b"\n")
    return digest.hexdigest()[:16]
