"""`translate`: translates the user's own images to the other domain."""

from pathlib import Path
from typing import Annotated

import typer

from lstnet_search.cli.options.common import check_output
from lstnet_search.cli.options.images import ImageOptions, print_outcome


def translate(
    images: ImageOptions,
    output: Annotated[
        Path,
        typer.Option(
            metavar="PATH", help="Folder of PNG files to make, or a Parquet file if the name ends in .parquet."
        ),
    ],
) -> None:
    """Translate images of one domain into the other."""
    is_table = output.suffix == ".parquet"
    check_output(output, folder=not is_table)
    job = images.open_job()

    from lstnet_search.io.atomic import whole_file, whole_folder
    from lstnet_search.results.export.translations import write_translated_files, write_translated_table

    if is_table:
        with whole_file(output) as file:
            write_translated_table(file, job.model, job.source, job.batches(), job.images.extra)
    else:
        with whole_folder(output.resolve()) as folder:
            write_translated_files(folder, job.model, job.source, job.batches(), job.images.png_name)
    print_outcome(job, "translated", output)
