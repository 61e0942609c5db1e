"""Commands on one results folder: `export`, `status` and `dashboard`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from lstnet_search.cli import options


def export(
    folder: options.FolderArgument,
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder to make.")],
    form: Annotated[
        Literal["safetensors", "onnx"],
        typer.Option(
            "--format",
            help="onnx: one file per direction, with its translator and classifier, which runs without this package.",
        ),
    ] = "safetensors",
) -> None:
    """Copy the best settings and their model, with a README, into one folder."""
    from lstnet_search.results.folder.folder import ResultsFolder

    if form == "onnx":
        from lstnet_search.results.export.model import find_model, read_model
        from lstnet_search.results.export.onnx import export_onnx

        export_onnx(read_model(find_model(options.find_folder(folder))), to)
    else:
        from lstnet_search.results.export.winner import export as export_winner

        export_winner(ResultsFolder.find(folder), to)
    print(f"exported to {to}")


def status(folder: options.FolderArgument) -> None:
    """Print a search's progress, even while it runs."""
    from lstnet_search.results.folder.folder import ResultsFolder
    from lstnet_search.results.folder.status import status_lines

    for line in status_lines(ResultsFolder.find(folder)):
        print(line)


def dashboard(
    folder: options.FolderArgument,
    port: Annotated[int, typer.Option(min=1, max=65535, metavar="PORT", help="Port to listen on.")] = 8080,
) -> None:
    """Show a search's trials in a browser, even while it runs."""
    from lstnet_search.results.folder.folder import ResultsFolder

    study_file = ResultsFolder.find(folder).study_file

    from lstnet_search.tuning.study.dashboard import serve  # imports Optuna: after the check

    serve(study_file, port, lambda line: print(line, flush=True))
