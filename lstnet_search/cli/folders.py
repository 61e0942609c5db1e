"""Commands on one results folder: `export`, `status`, `stop` and `dashboard`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lstnet_search.cli.options import common
from lstnet_search.errors import InputError

if TYPE_CHECKING:
    from lstnet_search.results.folder.folder import ResultsFolder


def export(
    folder: common.FolderArgument,
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
        from lstnet_search.results.export.model import open_model
        from lstnet_search.results.export.onnx import export_onnx

        export_onnx(open_model(folder), to)
    else:
        from lstnet_search.results.export.winner import export as export_winner

        export_winner(ResultsFolder.find(folder), to)
    print(f"exported to {to}")


def status(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="FOLDER", help="A results folder, or the name of a study in results/; else the newest."),
    ] = None,
) -> None:
    """Print a search's progress, even while it runs."""
    from lstnet_search.io.console import console, screen_width
    from lstnet_search.results.folder.folder import ResultsFolder
    from lstnet_search.results.screen.status import status_lines

    found = ResultsFolder.newest() if folder is None else ResultsFolder.find(folder)
    out = console()
    for line in status_lines(found, screen_width(out)):
        out.print(line, markup=False, highlight=False, soft_wrap=True)


def stop(
    folder: common.FolderArgument,
    trial: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Stop this trial alone. Default: the whole search.")
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option(metavar="URI", help="The search's --storage, on a machine that does not have its folder."),
    ] = None,
) -> None:
    """Stop a running search, or one of its trials, from another terminal or another machine.

    The search stops as by Ctrl-C and can be resumed. A trial stops with its next report, and the search goes on.
    """
    from lstnet_search.results.folder.folder import ResultsFolder
    from lstnet_search.results.folder.stop_requests import StopRequests
    from lstnet_search.results.folder.storage import Storage, without_secrets

    if storage is not None:
        place = Storage.at(without_secrets(storage), folder.name)
        if not place.exists():
            raise InputError(f"--storage {storage} has no search {folder.name}; give the name of the search")
    else:
        found = ResultsFolder.find(folder)
        if not found.is_running():
            raise InputError(f"no search is running in {found.path}; `status {folder}` says how far it is")
        record = found.read_search()
        if trial is not None:
            _refuse_ended(found, trial, record.search.trials)
        recorded = record.storage
        place = Storage.local(found.path) if recorded is None else Storage.at(recorded, found.path.name)
    StopRequests(place).ask(trial)
    print("asked the search to stop" if trial is None else f"asked trial {trial} to stop; it will at its next report")


def _refuse_ended(folder: "ResultsFolder", trial: int, trials: int) -> None:
    """Refuse to stop a trial that there is not, or that has ended."""
    if trial >= trials:
        raise InputError(f"--trial {trial}: the search has the trials 0 to {trials - 1}; give one that is running")
    known = folder.read_trials() if folder.trials_file.exists() else None
    if known is not None and (known["state"] != "RUNNING")[known["trial"] == trial].any():
        raise InputError(f"--trial {trial} has ended; `status {folder.path}` lists the trials that run")


def dashboard(
    folder: common.FolderArgument,
    port: Annotated[int, typer.Option(min=1, max=65535, metavar="PORT", help="Port to listen on.")] = 8080,
) -> None:
    """Show a search's trials in a browser, even while it runs."""
    from lstnet_search.results.folder.folder import ResultsFolder

    found = ResultsFolder.find(folder)

    from lstnet_search.analysis.importance import importances_of  # imports Optuna: after the check
    from lstnet_search.tuning.study.dashboard import serve

    serve(found, port, lambda: importances_of(found), lambda line: print(line, flush=True))
