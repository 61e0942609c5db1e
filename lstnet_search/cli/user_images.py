"""What `predict` and `translate` share: their options, reading the user's images, and what they print."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lstnet_search.cli.options import find_folder
from lstnet_search.cli.reading_options import ColumnsOption, parse_columns

if TYPE_CHECKING:
    from lstnet_search.domains.formats.source import ImageSource
    from lstnet_search.domains.user_images.reader import ImageBatch, ImageReader
    from lstnet_search.results.export.model import TrainedModel


@dataclass(frozen=True)
class Job:
    """A model and the images to use it on.

    Attributes:
        model: The model, on the GPU if there is one.
        source: The domain of the images, 0 or 1.
        images: The images.
        reader: Reads them as images of that domain.
    """

    model: "TrainedModel"
    source: int
    images: "ImageSource"
    reader: "ImageReader"

    def batches(self) -> "Iterator[ImageBatch]":
        """The images, with a progress bar on a terminal."""
        from lstnet_search.domains.progress import progress

        with progress("", len(self.images)) as advance:
            for batch in self.reader:
                yield batch
                advance(self.reader.tally.seen)

    def finish(self, done: str, output: Path, how: str = "") -> None:
        """Print what was done, and on stderr what the user should know about the images."""
        from lstnet_search.domains.registry import is_digits

        for remark in self.reader.remarks(is_digits(self.model.config.domains[self.source])):
            print(f"note: {remark}", file=sys.stderr)
        tally = self.reader.tally
        print(f"{self.model.directions[self.source]}: {done} {tally.read} of {tally.seen} images{how}: {output}")


@dataclass(frozen=True)
class ImageOptions:
    """The options that name a model and images."""

    model: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="Results folder of a search or a training, or a folder that export made."),
    ]
    input: Annotated[
        str,
        typer.Option(
            metavar="IMAGES",
            help="Folder or zip file of images, Parquet file with their bytes in a column 'image', another file that "
            "holds images, or a pattern.",
        ),
    ]
    direction: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="mnist_to_usps if the images are like MNIST. Default: found from the images' size."
        ),
    ] = None
    columns: ColumnsOption = None
    batch_size: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Number of images to read and process at once.")
    ] = None

    def open_job(self) -> Job:
        """Read the model, find the images, and determine their domain.

        Raises:
            InputError: if any of this fails.
        """
        import torch

        from lstnet_search.domains.formats.opening import find_images
        from lstnet_search.domains.user_images.reader import ImageReader
        from lstnet_search.domains.user_images.survey import survey
        from lstnet_search.domains.user_images.tally import Target
        from lstnet_search.evaluation.inference import BATCH_SIZE
        from lstnet_search.results.export.model import find_model, read_model

        model = read_model(find_model(find_folder(self.model)))
        columns = parse_columns(self.columns or (), ["input"]).get("input")
        images = find_images(self.input, columns)
        found = survey(images, most=_SAMPLE)
        source = model.source_of(self.direction, found.shape)
        shape, read_as = model.shapes[source], model.read_as[source]
        target = Target(shape.channels, shape.side, ground=found.ground)
        if read_as is not None:
            target = replace(target, fit=read_as.fit, ground=read_as.ground)
        reader = ImageReader(images, target, self.batch_size or BATCH_SIZE)
        return Job(model.to(torch.device("cuda" if torch.cuda.is_available() else "cpu")), source, images, reader)


_SAMPLE = 100
"""How many of the first images are looked at to find their domain."""
