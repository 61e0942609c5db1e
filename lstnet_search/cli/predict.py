"""`predict`: labels the user's own images."""

from pathlib import Path
from typing import Annotated

import typer

from lstnet_search.cli.options import check_output
from lstnet_search.cli.user_images import ImageOptions
from lstnet_search.errors import InputError


def predict(
    images: ImageOptions, output: Annotated[Path, typer.Option(metavar="FILE", help="Parquet file to make.")]
) -> None:
    """Label images of one domain.

    They are translated to the other domain, whose classifier labels them.
    """
    if output.suffix != ".parquet":
        raise InputError(f"--output {output} must end in .parquet; rename it")
    check_output(output, folder=False)
    job = images.open_job()
    job.model.refuse_unlabelled(job.source)  # a model that cannot label is refused before any image is read

    from lstnet_search.io.atomic import whole_file
    from lstnet_search.results.export.predictions import write_predictions

    with whole_file(output) as file:
        write_predictions(file, job.model, job.source, job.batches())
    job.finish("labelled", output)
