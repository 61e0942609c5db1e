"""What `predict` and `translate` share: their options, and what they print."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lstnet_search.cli.options.reading import ColumnsOption, parse_columns

if TYPE_CHECKING:
    from lstnet_search.results.export.image_job import ImageJob


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

    def open_job(self) -> "ImageJob":
        """Read the model, find the images, and determine their domain.

        Raises:
            InputError: if any of this fails.
        """
        from lstnet_search.domains.formats.opening import find_images
        from lstnet_search.results.export.image_job import ImageJob
        from lstnet_search.results.export.model import open_model

        model = open_model(self.model)
        columns = parse_columns(self.columns or (), ["input"]).get("input")
        return ImageJob.open(model, find_images(self.input, columns), self.direction, self.batch_size)


def print_outcome(job: "ImageJob", done: str, output: Path, how: str = "") -> None:
    """Print what was done, and on stderr what the user should know about the images."""
    for remark in job.remarks():
        print(f"note: {remark}", file=sys.stderr)
    tally = job.reader.tally
    print(f"{job.model.directions[job.source]}: {done} {tally.read} of {tally.seen} images{how}: {output}")
