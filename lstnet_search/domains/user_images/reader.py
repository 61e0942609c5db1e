"""Reads a user's images in batches, converted to the channels, side and range of a domain."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from lstnet_search.domains.checks import pixel_warnings
from lstnet_search.domains.domain import to_unit_range
from lstnet_search.domains.resize import resize_to
from lstnet_search.domains.user_images.decoding import decode, shape_of
from lstnet_search.domains.user_images.sources import ImageFile, ImageSource
from lstnet_search.errors import InputError, one_line

NAMED = 5
"""How many of the files that cannot be read are named. All of them are counted."""

_SHAPE_SAMPLE = 100


@dataclass(frozen=True)
class ImageBatch:
    """Images of one batch.

    Attributes:
        names: names of the files, in their order.
        images: float32 in [-1, 1], (N, C, S, S).
        extra: for each image, its `ImageFile.extra`.
    """

    names: list[str]
    images: Tensor
    extra: list[dict[str, Any]]


class ImageReader:
    """Reads the images of a source, one batch in memory at a time, and counts those that it converts.

    Attributes:
        seen: files so far, readable or not.
        unreadable: files that could not be read.
        resized: files whose size was different.
        recoloured: files whose channels were different.
    """

    def __init__(self, source: ImageSource, channels: int, side: int, batch_size: int) -> None:
        """Set the shape that images are converted to. Nothing is read yet.

        Args:
            source: where the images are.
            channels: 1 or 3. Colours are averaged to grey; grey is repeated.
            side: height and width, in pixels; see `resize_to`.
            batch_size: images per batch.
        """
        self.seen = self.unreadable = self.resized = self.recoloured = 0
        self._source = source
        self._channels = channels
        self._side = side
        self._batch_size = batch_size
        self._named: list[str] = []
        self._low, self._high, self._sum_of_means = 255.0, 0.0, 0.0

    def __iter__(self) -> Iterator[ImageBatch]:
        """Read all images, once.

        Raises:
            InputError: at the end, if none could be read.
        """
        files: list[ImageFile] = []
        images: list[Tensor] = []
        for file in self._source:
            image = self._read(file)
            self.seen += 1
            if image is None:
                continue
            files.append(file)
            images.append(image)
            if len(files) == self._batch_size:
                yield _batch(files, images)
                files, images = [], []
        if files:
            yield _batch(files, images)
        if self.seen == self.unreadable:
            raise InputError(
                f"none of the {self.seen} images in {self._source.where} can be read: {self._unreadable_names()}; "
                "give files that are images"
            )

    def remarks(self, digits: bool) -> list[str]:
        """What the user should know about the images that were read, one sentence per remark.

        Args:
            digits: whether the images should be bright digits on a dark background.
        """
        read = self.seen - self.unreadable
        found = []
        if self.unreadable:
            found.append(
                f"{self.unreadable} of {self.seen} images cannot be read and are left out: {self._unreadable_names()}"
            )
        if self.recoloured:
            how = "in colour and were averaged to grey" if self._channels == 1 else "grey and were repeated in RGB"
            found.append(f"{self.recoloured} of {read} images were {how}")
        if self.resized:
            found.append(f"{self.resized} of {read} images were resized to {self._side}x{self._side}")
        return found + pixel_warnings(self._low, self._high, self._sum_of_means / max(read, 1), digits)

    def _read(self, file: ImageFile) -> Tensor | None:
        try:
            if file.content is None:
                raise ValueError("the row has no image")
            values = decode(file.content)
        except Exception as error:  # Pillow raises any type of error if a file is damaged
            self.unreadable += 1
            if len(self._named) < NAMED:
                self._named.append(f"{file.name} ({reason_of(error)})")
            return None
        self._low = min(self._low, values.min().item())
        self._high = max(self._high, values.max().item())
        self._sum_of_means += values.mean(dtype=torch.float32).item()
        self.resized += values.shape[1:] != (self._side, self._side)
        self.recoloured += len(values) != self._channels
        image = to_unit_range(values)
        image = image.mean(0, keepdim=True) if self._channels == 1 else image.expand(self._channels, -1, -1)
        return resize_to(image.unsqueeze(0), self._side).squeeze(0)

    def _unreadable_names(self) -> str:
        return ", ".join(self._named) + (", …" if self.unreadable > len(self._named) else "")


def common_shape(source: ImageSource) -> tuple[int, int, int] | None:
    """Channels, height and width of the first images, or None if they differ in size. Unreadable images do not count.

    Channels are 3 if any image is in colour.
    """
    channels, sizes = set(), set()
    for file in islice(source, _SHAPE_SAMPLE):
        try:
            if file.content is not None:
                found, *size = shape_of(file.content)
                channels.add(found)
                sizes.add(tuple(size))
        except Exception:  # noqa: S112  # nosec B112  # reported when the image is read
            continue
    if len(sizes) != 1:
        return None
    height, width = sizes.pop()
    return max(channels), height, width


def _batch(files: list[ImageFile], images: list[Tensor]) -> ImageBatch:
    return ImageBatch([file.name for file in files], torch.stack(images), [file.extra for file in files])


def reason_of(error: Exception) -> str:
    """An error in a few words, without the path that some errors include."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if type(error).__name__ == "UnidentifiedImageError":
        return "not an image of a known format"
    return one_line(error)
