"""A model and the images that it labels or translates."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import torch

from lstnet_search.domains.formats.source import ImageSource
from lstnet_search.domains.progress import progress
from lstnet_search.domains.registry import is_digits
from lstnet_search.domains.user_images.reader import ImageBatch, ImageReader
from lstnet_search.domains.user_images.survey import survey
from lstnet_search.domains.user_images.tally import Target
from lstnet_search.evaluation.inference import BATCH_SIZE
from lstnet_search.results.export.model import TrainedModel

_SAMPLE = 100
"""How many of the first images are looked at to find their domain."""


@dataclass(frozen=True)
class ImageJob:
    """A model and the images to use it on.

    Attributes:
        model: The model, on the GPU if there is one.
        source: The domain of the images, 0 or 1.
        images: The images.
        reader: Reads them as images of that domain.
    """

    model: TrainedModel
    source: int
    images: ImageSource
    reader: ImageReader

    @classmethod
    def open(
        cls, model: TrainedModel, images: ImageSource, direction: str | None = None, batch_size: int | None = None
    ) -> Self:
        """Determine the domain of images.

        Args:
            model: The model.
            images: The images.
            direction: The direction to translate in, or None to find it by the size of the images.
            batch_size: How many images to read and process at once; None for a size that fits any memory.

        Raises:
            InputError: if the direction is unknown, or the size of the images does not identify their domain.
        """
        found = survey(images, most=_SAMPLE)
        source = model.source_of(direction, found.shape)
        shape, read_as = model.shapes[source], model.read_as[source]
        target = Target(shape.channels, shape.side, ground=found.ground)
        if read_as is not None:
            target = replace(target, fit=read_as.fit, ground=read_as.ground)
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        return cls(model.to(device), source, images, ImageReader(images, target, batch_size or BATCH_SIZE))

    def batches(self) -> Iterator[ImageBatch]:
        """The images, with a progress bar on a terminal."""
        with progress("", len(self.images)) as advance:
            for batch in self.reader:
                yield batch
                advance(self.reader.tally.seen)

    def remarks(self) -> list[str]:
        """What the user should know about how the images were read, one sentence per remark."""
        return self.reader.remarks(is_digits(self.model.config.domains[self.source]))
