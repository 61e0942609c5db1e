"""Images that are kept as arrays of pixels, whatever file the arrays come from."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isqrt

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lstnet_search.config.reading import Columns
from lstnet_search.domains.formats.parts import known_part, resolve_parts
from lstnet_search.domains.formats.source import ImageFile, Layout, fingerprint_of
from lstnet_search.domains.formats.trees import FileTree
from lstnet_search.errors import InputError

_SAMPLE = 1000
"""How many of the first images decide the order of their pixels."""


@dataclass(frozen=True)
class ArrayPart:
    """The images of one part of a set.

    Attributes:
        part: what the file calls it, such as "train" or "val"; "" if there is only one part.
        images: uint8, (N, H, W) or (N, H, W, 3).
        labels: class name of each image, or None.
    """

    part: str
    images: NDArray[np.uint8]
    labels: Sequence[str] | None


def _order(part: ArrayPart) -> int:
    return ("train", "validation", "test", None).index(known_part(part.part))


class ImageArrays:
    """Arrays of pixels as an `ImageSource`. An image's name is its part and its row, such as train/0.

    Attributes:
        from_table: whether the pixels were columns of a table.
    """

    extra = pa.schema([])

    def __init__(
        self,
        tree: FileTree,
        parts: Sequence[ArrayPart],
        remarks: Sequence[str] = (),
        columns: Columns | None = None,
    ) -> None:
        """Hold the arrays, those for training first.

        Args:
            tree: where they come from.
            parts: the arrays. Images of parts with equal names are numbered one after the other.
            remarks: what was changed while they were read.
            columns: for arrays from a table, the columns that the user named: they decide which are pixels. Else None.

        Raises:
            InputError: if there are no images, or not one label per image.
        """
        self.where, self.remarks = tree.where, tuple(dict.fromkeys(remarks))
        self.from_table = columns is not None
        self.fingerprint = fingerprint_of(tree.identity, tree.files.items(), columns)
        self._parts = sorted((part for part in parts if len(part.images)), key=_order)
        if not self._parts:
            raise InputError(f"{self.where} holds no images; give a file that holds some")
        for part in self._parts:
            if part.labels is not None and len(part.labels) != len(part.images):
                raise InputError(
                    f"{self.where} holds {len(part.images)} images and {len(part.labels)} labels"
                    f"{f' of {part.part}' if part.part else ''}; give one label per image"
                )

    def __len__(self) -> int:
        return sum(len(part.images) for part in self._parts)

    def __iter__(self) -> Iterator[ImageFile]:
        rows: Counter[str] = Counter()
        for part in self._parts:
            prefix = f"{part.part}/" if len(self._parts) > 1 else ""
            for image in part.images:
                yield ImageFile(f"{prefix}{rows[part.part]}", image)
                rows[part.part] += 1

    def layout(self) -> Layout:
        """See `ImageSource`."""
        labelled = [part for part in self._parts if part.labels is not None]
        if labelled and len(labelled) < len(self._parts):
            without = next(part.part for part in self._parts if part.labels is None)
            raise InputError(
                f"{self.where}: the images of {without!r} have no labels, the others have; leave that part out, by "
                "giving the file of the others, or add its labels"
            )
        labels = [label for part in labelled for label in part.labels or ()] or None
        if labels is not None and len(set(labels)) == 1:
            raise InputError(f"{self.where} holds one class, {labels[0]!r}; give images of two or more classes")
        if len(self._parts) == 1:
            return Layout(labels, None)
        names = [part.part for part in self._parts for _ in range(len(part.images))]
        return Layout(labels, *resolve_parts(names, self.where, "its arrays"))

    def png_name(self, name: str) -> str:
        """The image's name with the ending .png."""
        return f"{name}.png"


def as_images(values: NDArray[np.generic], where: str) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Pixels of any usual type and order of axes as uint8 images.

    Args:
        values: (N, H, W), (N, H, W, C), (N, C, H, W), or rows of square images, (N, S · S) or (N, S · S · 3); whole
            numbers from 0 to 255, or other numbers from 0 to 1, -1 to 1 or 0 to 255.
        where: the set, for messages.

    Returns:
        (N, H, W) or (N, H, W, 3), and remarks on what was changed.

    Raises:
        InputError: if the pixels have another shape, type or range.
    """
    images, changes = _in_bytes(_as_planes(values, where), where)
    if values.ndim == 2 and images.ndim == 4:
        images, order = _with_colours_last(images)
        changes += (order,)
    return images, changes


def upright(images: NDArray[np.uint8], file_name: str) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Turn the images of EMNIST, which lie on their side in its files; others stay. Also returns a remark if turned."""
    if "emnist" not in file_name.lower():
        return images, ()
    remark = "the images of EMNIST lie on their side in its files and were turned upright"
    return np.ascontiguousarray(images.swapaxes(1, 2)), (remark,)


def _with_colours_last(images: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], str]:
    """Find the order of colours in images that were rows: the colours of each pixel in turn, or one plane each.

    Neighbouring pixels are alike, so the order in which they differ less is taken.
    """
    count, side = images.shape[:2]
    planes = images.reshape(count, 3, side, side).transpose(0, 2, 3, 1)
    rough, rough_planes = (np.abs(np.diff(each[:_SAMPLE].astype(np.int16), axis=2)).mean() for each in (images, planes))
    if rough_planes < rough:
        remark = "rows of pixels were read as a red, a green and a blue image, one after the other"
        return np.ascontiguousarray(planes), remark
    return images, "rows of pixels were read as red, green and blue of each pixel in turn"


def _as_planes(values: NDArray[np.generic], where: str) -> NDArray[np.generic]:
    if values.ndim == 2:
        channels = 1 if isqrt(values.shape[1]) ** 2 == values.shape[1] else 3
        side = isqrt(values.shape[1] // channels)
        if side and channels * side * side == values.shape[1]:
            shape = (len(values), side, side) if channels == 1 else (len(values), side, side, channels)
            return values.reshape(shape)
    elif values.ndim == 4:
        if values.shape[-1] == 1:
            return values[..., 0]
        if values.shape[-1] == 3:
            return values
        if values.shape[1] in (1, 3):
            return values[:, 0] if values.shape[1] == 1 else values.transpose(0, 2, 3, 1)
    elif values.ndim == 3 and values.shape[-1] in (1, 3):
        raise InputError(
            f"{where}: the shape {'x'.join(map(str, values.shape))} is that of one image with its channels; give one "
            "image as an array of 1 x height x width x channels"
        )
    elif values.ndim == 3 and values.shape[1] and values.shape[2]:
        return values
    raise InputError(
        f"{where}: the array of images has the shape {'x'.join(map(str, values.shape)) or 'of one number'}; allowed "
        "are N x height x width, with 1 or 3 channels at the end, or N rows of square images: reshape it"
    )


def _in_bytes(values: NDArray[np.generic], where: str) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    if values.dtype == np.uint8:
        return values.astype(np.uint8, copy=False), ()
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(255), ("pixels are 0 or 1 and were multiplied by 255",)
    if not np.issubdtype(values.dtype, np.integer) and not np.issubdtype(values.dtype, np.floating):
        raise InputError(f"{where}: the images are {values.dtype}; they must be numbers from 0 to 255: convert them")
    low, high = (float(function(values)) if values.size else 0.0 for function in (np.min, np.max))
    if np.issubdtype(values.dtype, np.integer):
        if low >= 0 and high <= 255:
            return values.astype(np.uint8), ()
    elif low >= 0 and high <= 1:
        scaled = np.rint(values.astype(np.float32) * np.float32(255)).astype(np.uint8)
        return scaled, ("pixels from 0 to 1 were multiplied by 255",)
    elif low >= -1 and high <= 1:
        scaled = np.rint((values.astype(np.float32) + 1) * np.float32(127.5)).astype(np.uint8)
        return scaled, ("pixels from -1 to 1 were brought to 0 to 255",)
    elif low >= 0 and high <= 255:
        return np.rint(values.astype(np.float32)).astype(np.uint8), ("pixels were rounded to whole numbers",)
    raise InputError(
        f"{where}: pixels lie between {low:g} and {high:g}; allowed are whole numbers from 0 to 255, or other numbers "
        "from 0 to 1, -1 to 1 or 0 to 255: rescale them"
    )


def as_labels(values: NDArray[np.generic], where: str) -> list[str]:
    """Labels as names of classes.

    Args:
        values: whole numbers or texts, (N,) or (N, 1).
        where: the set, for messages.

    Raises:
        InputError: if they are something else.
    """
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    whole = np.issubdtype(values.dtype, np.floating) and bool((values == np.rint(values)).all())
    if values.ndim != 1 or not (whole or values.dtype.kind in "iuUS"):
        raise InputError(
            f"{where}: the labels are {values.dtype} of shape {'x'.join(map(str, values.shape))}; allowed is one whole "
            "number or name per image: convert them"
        )
    if values.dtype.kind == "S":
        return [value.decode("utf-8", "backslashreplace") for value in values.tolist()]
    return list(map(str, (values.astype(np.int64) if whole else values).tolist()))
