"""A user's images in batches, as a domain has them: its channels, its side, its range."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from lstnet_search.domains.checks import doubts
from lstnet_search.domains.domain import to_unit_range
from lstnet_search.domains.resize import resize_to
from lstnet_search.domains.user_images.decoding import decode, shape_of
from lstnet_search.domains.user_images.sources import ImageFile, ImageSource
from lstnet_search.errors import InputError

NAMED = 5
"""Files that could not be read are counted; so many of them are named."""

_LOOKED_AT = 100


@dataclass(frozen=True)
class ImageBatch:
    """Images of one batch.

    Attributes:
        names: of the files, in their order.
        images: float32 in [-1, 1], (N, C, S, S).
        kept: what the rows that they come from have besides, by column.
    """

    names: list[str]
    images: Tensor
    kept: list[dict[str, Any]]


class ImageReader:
    """Reads the images of a source in batches, and counts what it meets; not more than a batch is held.

    Attributes:
        seen: files so far, read or not.
        unreadable: those of them that could not be read.
        resized: those that had another size.
        recoloured: those that had other channels.
    """

    def __init__(self, source: ImageSource, channels: int, side: int, batch_size: int) -> None:
        """Say how images are to be; nothing is read yet.

        Args:
            source: where they are.
            channels: 1 or 3. Colours are averaged to grey, grey is repeated.
            side: height and width, pixels; see `resize_to`.
            batch_size: images a batch.
        """
        self.seen = self.unreadable = self.resized = self.recoloured = 0
        self._source = source
        self._channels = channels
        self._side = side
        self._batch_size = batch_size
        self._named: list[str] = []
        self._low, self._high, self._sum_of_means = 255.0, 0.0, 0.0

    def __iter__(self) -> Iterator[ImageBatch]:
        """Read all of them, once.

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
                f"none of the {self.seen} images in {self._source.where} can be read: {self._names()}; "
                "give files that are images"
            )

    def remarks(self, digits: bool) -> list[str]:
        """What should be known of the images that were read, a sentence each.

        Args:
            digits: whether they are to be bright digits on a dark background.
        """
        read = self.seen - self.unreadable
        found = []
        if self.unreadable:
            found.append(f"{self.unreadable} of {self.seen} images cannot be read and are left out: {self._names()}")
        if self.recoloured:
            how = "in colour, which was averaged" if self._channels == 1 else "grey, which was repeated"
            found.append(f"{self.recoloured} of {read} images were {how}")
        if self.resized:
            found.append(f"{self.resized} of {read} images were resized to {self._side}x{self._side}")
        return found + doubts(self._low, self._high, self._sum_of_means / max(read, 1), digits)

    def _read(self, file: ImageFile) -> Tensor | None:
        try:
            if file.content is None:
                raise ValueError("the row has no image")
            values = decode(file.content)
        except Exception as error:  # a damaged file makes Pillow raise anything
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

    def _names(self) -> str:
        return ", ".join(self._named) + (", …" if self.unreadable > len(self._named) else "")


def common_shape(source: ImageSource) -> tuple[int, int, int] | None:
    """Channels, height and width of the first images; None if they differ in size. Unreadable ones do not count.

    Channels are 3 if any image has colours.
    """
    channels, sizes = set(), set()
    for file in islice(source, _LOOKED_AT):
        try:
            if file.content is not None:
                found, *size = shape_of(file.content)
                channels.add(found)
                sizes.add(tuple(size))
        except Exception:  # noqa: S112  # nosec B112  # told of when it is read
            continue
    if len(sizes) != 1:
        return None
    height, width = sizes.pop()
    return max(channels), height, width


def _batch(files: list[ImageFile], images: list[Tensor]) -> ImageBatch:
    return ImageBatch([file.name for file in files], torch.stack(images), [file.kept for file in files])


def reason_of(error: Exception) -> str:
    """An error in a few words, without the path that some messages repeat."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if type(error).__name__ == "UnidentifiedImageError":
        return "no image of a known format"
    return " ".join(str(error).split()) or type(error).__name__
