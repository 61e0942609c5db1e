"""`translate`: a user's own images as images of the other domain."""

from pathlib import Path
from typing import Annotated

import typer

from lstnet_search.cli import images as own
from lstnet_search.io.atomic import whole_file, whole_folder
from lstnet_search.results.export.translations import write_translated_files, write_translated_table


def translate(
    model: own.ModelOption,
    images: own.InputOption,
    output: Annotated[Path, typer.Option(help="Folder of PNG files to make, or Parquet file if it ends in .parquet.")],
    direction: own.DirectionOption = None,
    batch_size: own.BatchSizeOption = own.DEFAULT_BATCH_SIZE,
) -> None:
    """Translate images of one domain to the other."""
    is_table = output.suffix == ".parquet"
    own.check_output(output, folder=not is_table)
    job = own.open_job(model, images, direction, batch_size)
    if is_table:
        with whole_file(output) as file:
            write_translated_table(file, job.model, job.source, job.batches(), job.images.kept)
    else:
        with whole_folder(output.resolve()) as folder:
            write_translated_files(folder, job.model, job.source, job.batches(), job.images.png_name)
    job.finish("translated", output)
