"""Commands on a results folder: `export` and `status`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from lstnet_search.cli import options
from lstnet_search.results.folder import ResultsFolder
from lstnet_search.results.model import find_model, read_model
from lstnet_search.results.onnx_files import export_onnx
from lstnet_search.results.status import status_lines
from lstnet_search.results.winner import export as export_winner


def export(
    folder: options.FolderArgument,
    to: Annotated[Path, typer.Option(help="Folder to make.")],
    form: Annotated[
        Literal["safetensors", "onnx"],
        typer.Option("--format", help="onnx: a file a direction, translator and classifier, that runs anywhere."),
    ] = "safetensors",
) -> None:
    """Put the best config, its model and a README on their origin into one folder."""
    if form == "onnx":
        export_onnx(read_model(find_model(folder)), to)
    else:
        export_winner(ResultsFolder.existing(folder), to)
    print(f"exported to {to}")


def status(folder: options.FolderArgument) -> None:
    """Tell how a search stands, also while it runs."""
    for line in status_lines(ResultsFolder.existing(folder)):
        print(line)
