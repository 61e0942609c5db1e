"""What commands on a user's own images have in common: their options, their way in, what they say."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import torch
import typer

from lstnet_search.domains.progress import progress
from lstnet_search.domains.registry import is_digits
from lstnet_search.domains.user_images.reader import ImageBatch, ImageReader, common_shape
from lstnet_search.domains.user_images.sources import ImageSource, find_images
from lstnet_search.errors import InputError
from lstnet_search.evaluation.inference import BATCH_SIZE
from lstnet_search.results.export.model import TrainedModel, find_model, read_model

ModelOption = Annotated[Path, typer.Option(help="Results folder of a search or training, or what export made of one.")]
InputOption = Annotated[
    Path, typer.Option("--input", help="Folder of image files, or Parquet file with a column 'image' of their bytes.")
]
DirectionOption = Annotated[
    str | None, typer.Option(help="Such as mnist_to_usps for images of MNIST; default: told by the images' size.")
]
BatchSizeOption = Annotated[int, typer.Option(min=1, help="Images read and translated at once.")]

DEFAULT_BATCH_SIZE = BATCH_SIZE


@dataclass(frozen=True)
class Job:
    """A model and the images that it is to be used on.

    Attributes:
        model: on the GPU, if there is one.
        source: the domain that the images are of, 0 or 1.
        images: where they are.
        reader: reads them as that domain's.
    """

    model: TrainedModel
    source: int
    images: ImageSource
    reader: ImageReader

    def batches(self) -> Iterator[ImageBatch]:
        """The images, with a progress bar on a terminal."""
        with progress("", len(self.images)) as advance:
            for batch in self.reader:
                yield batch
                advance(self.reader.seen)

    def finish(self, done: str, output: Path) -> None:
        """Say what was done, and on stderr what should be known of the images."""
        for remark in self.reader.remarks(is_digits(self.model.config.domains[self.source])):
            print(f"note: {remark}", file=sys.stderr)
        read = self.reader.seen - self.reader.unreadable
        print(f"{self.model.directions[self.source]}: {done} {read} of {self.reader.seen} images: {output}")


def open_job(model: Path, images: Path, direction: str | None, batch_size: int) -> Job:
    """Read the model, find the images, and tell whose they are.

    Raises:
        InputError: if one of these fails.
    """
    trained = read_model(find_model(model))
    found = find_images(images)
    source = trained.source_of(direction, None if direction else common_shape(found))
    shape = trained.shapes[source]
    reader = ImageReader(found, shape.channels, shape.side, batch_size)
    return Job(trained.to(torch.device("cuda" if torch.cuda.is_available() else "cpu")), source, found, reader)


def check_output(output: Path, *, folder: bool) -> None:
    """Check that a file, or a folder, can be made.

    Raises:
        InputError: if something stands there (but an empty folder), or it is to be made where nothing can be.
    """
    if output.exists() and not (folder and output.is_dir() and not any(output.iterdir())):
        raise InputError(f"{output} exists already; choose another --output")
    parent = output.resolve().parent
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise InputError(f"{parent} is no folder that can be written to; make it, or choose another --output")
