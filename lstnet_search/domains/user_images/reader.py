"""Reads a user's images in batches, converted to the channels, side and range of a domain."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lstnet_search.domains.checks import pixel_warnings
from lstnet_search.domains.domain import to_unit_range
from lstnet_search.domains.formats.source import ImageFile, ImageSource
from lstnet_search.domains.resize import resize_to
from lstnet_search.domains.user_images.decoding import content_of, decode
from lstnet_search.domains.user_images.squares import squared
from lstnet_search.domains.user_images.tally import Tally, Target
from lstnet_search.errors import InputError, one_line


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
        tally: the images so far.
    """

    def __init__(self, source: ImageSource, target: Target, batch_size: int) -> None:
        """Set what images are converted to. Nothing is read yet.

        Args:
            source: where the images are.
            target: what they are converted to; see also `resize_to`.
            batch_size: images per batch.
        """
        self.tally = Tally(pixels=True)
        self._source = source
        self._target = target
        self._batch_size = batch_size

    def __iter__(self) -> Iterator[ImageBatch]:
        """Read all images, once.

        Raises:
            InputError: at the end, if none could be read.
        """
        files: list[ImageFile] = []
        images: list[Tensor] = []
        for file in self._source:
            image = self._read(file)
            if image is None:
                continue
            files.append(file)
            images.append(image)
            if len(files) == self._batch_size:
                yield _batch(files, images)
                files, images = [], []
        if files:
            yield _batch(files, images)
        if not self.tally.read:
            raise InputError(
                f"none of the {self.tally.seen} images in {self._source.where.removeprefix('--input ')} can be read: "
                f"{self.tally.unreadable_names()}; give files that are images"
            )

    def remarks(self, digits: bool) -> list[str]:
        """What the user should know about the images that were read, one sentence per remark.

        Args:
            digits: whether the images should be bright digits on a dark background.
        """
        tally = self.tally
        found = [*self._source.remarks]
        if tally.unreadable:
            count, names = len(tally.unreadable), tally.unreadable_names()
            found.append(f"{count} of {tally.seen} images cannot be read and are left out: {names}")
        found += tally.remarks(self._target)
        if tally.depth_problem is not None:
            return [*found, tally.depth_problem]
        return found + pixel_warnings(tally.low, tally.high, tally.mean, digits)

    def _read(self, file: ImageFile) -> Tensor | None:
        try:
            decoded = decode(content_of(file), self._target.ground)
        except Exception as error:  # Pillow raises any type of error if a file is damaged
            self.tally.add_unreadable(file.name, reason_of(error))
            return None
        self.tally.add(decoded)
        image = squared(to_unit_range(decoded.values), self._target.fit)
        channels = self._target.channels
        image = image.mean(0, keepdim=True) if channels == 1 else image.expand(channels, -1, -1)
        return resize_to(image.unsqueeze(0), self._target.side).squeeze(0)


def _batch(files: list[ImageFile], images: list[Tensor]) -> ImageBatch:
    return ImageBatch([file.name for file in files], torch.stack(images), [file.extra for file in files])


def reason_of(error: Exception) -> str:
    """An error in a few words, without the path that some errors include."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if type(error).__name__ == "UnidentifiedImageError":
        return "not an image of a known format"
    return one_line(error)
