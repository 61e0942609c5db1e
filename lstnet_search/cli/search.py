"""`search`: the main command."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from lstnet_search.cli.app import ADVANCED
from lstnet_search.cli.options import common
from lstnet_search.cli.options.moved_images import record_moved_images
from lstnet_search.cli.options.resources import RunOptions, refuse_other_storage
from lstnet_search.cli.options.search import SearchOptions, search_config
from lstnet_search.config.search import POPULATION_SCHEDULERS, TrackerName
from lstnet_search.errors import InputError
from lstnet_search.io.console import console, starting


def search(
    asked: SearchOptions,
    where: RunOptions,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the study. Default: search-YYYYMMDD-HHMMSS.")
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Resume the study called --name. Its folder is trusted to say where images are read and checkpoints "
            "are written; no pickle in it is read.",
        ),
    ] = False,
    add_trials: Annotated[
        int | None, typer.Option(metavar="N", help="With --resume: add this many trials to the study.")
    ] = None,
    results_dir: common.ResultsDirOption = common.DEFAULT_RESULTS_DIR,
    log: Annotated[
        list[TrackerName] | None,
        typer.Option(
            metavar="TRACKER",
            help=f"Also send reports to a tracker: {', '.join(TrackerName)}. May be given more than once.",
            rich_help_panel=ADVANCED,
        ),
    ] = None,
) -> int:
    """Search the loss weights: trials run side by side, poor ones stop early.

    The best trial's settings, model and images are written to a results folder.
    """
    _check_resume(resume, name, add_trials, asked.trials)
    name = name or f"search-{datetime.now():%Y%m%d-%H%M%S}"
    out = console()
    with starting(out):
        from lstnet_search.results.folder.folder import ResultsFolder
        from lstnet_search.results.folder.mirror import fetch, mirrored_search
        from lstnet_search.results.folder.storage import Storage

        folder = ResultsFolder.named(results_dir, name)
        run = where.make_run(folder, asked.data_dir, resume=resume, log=tuple(log or ()))
        if asked.warm_start is not None:
            asked = replace(asked, warm_start=ResultsFolder.find(asked.warm_start, results_dir).path)

        if not resume:
            config = search_config(asked, None, where.address, where.gpus)
        else:
            if folder.search_file.exists():
                record_moved_images(folder, asked, asked.data_dir)
            mirror = None
            if run.storage is not None and not folder.search_file.exists():
                mirror = Storage.at(run.storage, folder.path.name)
            recorded = mirrored_search(folder, mirror) if mirror else ResultsFolder.existing(folder.path).read_search()
            earlier = recorded.config.enlarged(add_trials)
            config = search_config(asked, earlier, where.address, where.gpus)
            if add_trials is not None and earlier.scheduler in POPULATION_SCHEDULERS:
                raise InputError(
                    f"--add-trials: the trials of --scheduler {earlier.scheduler} learn from each other from the "
                    "start; start a larger search under another --name"
                )
            earlier.refuse_difference(config, str(folder.path))
            refuse_other_storage(run.storage, recorded.storage, folder.path)
            run = replace(run, storage=recorded.storage, data_dir=asked.data_dir or Path(recorded.data_dir))
            if mirror is not None:
                fetch(mirror, folder)

        from lstnet_search.tuning import search as tuning  # imports Ray, which takes seconds: after the checks

    return tuning.search(config, run, out)


def _check_resume(resume: bool, name: str | None, add_trials: int | None, trials: int | None) -> None:
    if resume and name is None:
        raise InputError("--resume needs the --name of the study to resume")
    if add_trials is None:
        return
    if not resume:
        raise InputError("--add-trials enlarges a study that exists; give its --name and --resume, or use --trials")
    if trials is not None:
        raise InputError("--trials and --add-trials exclude each other; give one of them")
    if add_trials < 1:
        raise InputError(f"--add-trials {add_trials} must be at least 1; raise it or leave it out")
