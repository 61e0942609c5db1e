"""`predict`: labels the user's own images."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from lstnet_search.cli.options.common import check_output
from lstnet_search.cli.options.images import ImageOptions, print_outcome
from lstnet_search.config.readers import Reader
from lstnet_search.errors import InputError, plain


def predict(
    images: ImageOptions,
    output: Annotated[Path, typer.Option(metavar="FILE", help="Parquet file to make.")],
    reader: Annotated[
        Reader | None,
        typer.Option(
            metavar="NAME",
            help="adapted: a classifier that learned from translated images; translated: the images are translated, "
            "and the other domain's classifier labels them; both: their mean. Default: the best on validation images.",
        ),
    ] = None,
) -> None:
    """Label images of one domain.

    The labels that the model learned from are those of the other domain.
    """
    if output.suffix != ".parquet":
        raise InputError(f"--output {output} must end in .parquet; rename it")
    check_output(output, folder=False)
    job = images.open_job()
    chosen = job.model.reader(job.source, reader)  # a model that cannot label is refused before any image is read

    from lstnet_search.io.atomic import whole_file
    from lstnet_search.results.export.predictions import write_predictions

    with whole_file(output) as file:
        counts = write_predictions(file, job, chosen)
    given = (f"{plain(name)}: {count}" for name, count in counts.items())
    print(f"note: labels given: {', '.join(given)}", file=sys.stderr)
    print_outcome(job, "labelled", output, f" by reader {chosen}")
