"""Commands on a results folder: `export`, `status` and `dashboard`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from lstnet_search.cli import options
from lstnet_search.results.export.model import find_model, read_model
from lstnet_search.results.export.onnx import export_onnx
from lstnet_search.results.export.winner import export as export_winner
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.status import status_lines


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


def dashboard(
    folder: options.FolderArgument,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8080,
) -> None:
    """Show a search's trials in a browser, also while it runs."""
    study_file = ResultsFolder.existing(folder).study_file

    from lstnet_search.tuning.study import dashboard as study_dashboard  # imports Optuna: not before the check

    study_dashboard.serve(study_file, port, lambda line: print(line, flush=True))
