"""`predict`: labels for a user's own images."""

from pathlib import Path
from typing import Annotated

import typer

from lstnet_search.cli import images as own
from lstnet_search.errors import InputError
from lstnet_search.io.atomic import whole_file
from lstnet_search.results.export.predictions import write_predictions


def predict(
    model: own.ModelOption,
    images: own.InputOption,
    output: Annotated[Path, typer.Option(help="Parquet file to make.")],
    direction: own.DirectionOption = None,
    batch_size: own.BatchSizeOption = own.DEFAULT_BATCH_SIZE,
) -> None:
    """Label images of one domain: translate them to the other, whose classifier labels them."""
    if output.suffix != ".parquet":
        raise InputError(f"--output {output} must end in .parquet; rename it")
    own.check_output(output, folder=False)
    job = own.open_job(model, images, direction, batch_size)
    job.model.refuse_unlabelled(job.source)  # refuses a model that cannot label, before any image is read
    with whole_file(output) as file:
        write_predictions(file, job.model, job.source, job.batches())
    job.finish("labelled", output)
