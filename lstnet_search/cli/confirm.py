"""`confirm`: a search's best trials trained anew, with fresh seeds, and tested."""

from pathlib import Path
from typing import Annotated

import typer

from lstnet_search.cli import options
from lstnet_search.errors import InputError
from lstnet_search.results.confirmation.plan import make_plan
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.storage import written


def confirm(
    folder: options.FolderArgument,
    top: Annotated[int, typer.Option(help="So many of the best trials; the paper's weights come with them.")] = 3,
    seeds: Annotated[int, typer.Option(help="Fresh seeds, the same for each.")] = 5,
    steps: Annotated[int | None, typer.Option(help="Steps of each training; default: the search's.")] = None,
    gpus: Annotated[int | None, typer.Option(help="GPUs to use; default: all.")] = None,
    cpus: Annotated[int | None, typer.Option(help="CPUs to use; default: all.")] = None,
    time_budget: Annotated[str | None, typer.Option(help="Stop cleanly in time, such as 30m or 8h.")] = None,
    trial_timeout: options.TrialTimeoutOption = None,
    address: options.AddressOption = None,
    storage: options.StorageOption = None,
    max_concurrent: options.MaxConcurrentOption = None,
    gpus_per_trial: options.GpusPerTrialOption = None,
    data_dir: Annotated[Path | None, typer.Option(help="Folder of full data sets; default: the search's.")] = None,
    simulate_gpus: Annotated[int | None, typer.Option(help="Place trainings as on so many GPUs, without any.")] = None,
) -> int:
    """Train a search's best trials anew on the whole training sets, and test them against the paper's weights.

    The same command goes on where it was stopped; with more seeds or a larger top it adds to what there is.
    """
    searched = ResultsFolder.existing(folder)
    plan = make_plan(searched, top, seeds, steps)
    recorded = searched.read_search()
    if data_dir is not None and recorded["search"]["trial"]["data"] == "bundled":
        raise InputError(f"{folder} was searched on the bundled images; leave --data-dir out")
    options.check_simulated(simulate_gpus)
    per_gpu = options.parse_gpus_per_trial(gpus_per_trial)

    from lstnet_search.tuning.confirmation import (
        confirm as tuning,  # imports Ray and takes seconds: not before the checks
    )
    from lstnet_search.tuning.execution import Run

    return tuning.confirm(
        plan,
        Run(
            folder=searched,
            cpus=cpus,
            gpus=gpus,
            max_concurrent=max_concurrent,
            per_gpu=per_gpu,
            address=address,
            storage=recorded.get("storage") if storage is None else written(storage),
            simulated_gpus=simulate_gpus,
            time_budget=options.parse_duration("--time-budget", time_budget),
            trial_timeout=options.parse_duration("--trial-timeout", trial_timeout),
            data_dir=data_dir or Path(recorded["data_dir"]),
            command=options.command_line(),
        ),
        options.console(),
    )
