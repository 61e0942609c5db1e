"""`ablate`: the winner of a search without terms of its objective."""

from pathlib import Path
from typing import Annotated

import typer

from lstnet_search.cli import options
from lstnet_search.config import TrialConfig
from lstnet_search.config.ablation import ablation
from lstnet_search.config.search import MAX_REPEATS, SearchConfig
from lstnet_search.errors import InputError
from lstnet_search.io.yaml import read_yaml
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.storage import written


def ablate(
    folder: options.FolderArgument,
    repeats: options.RepeatsOption = None,
    gpus: Annotated[int | None, typer.Option(help="GPUs to use; default: all.")] = None,
    cpus: Annotated[int | None, typer.Option(help="CPUs to use; default: all.")] = None,
    time_budget: Annotated[str | None, typer.Option(help="Stop cleanly in time, such as 30m or 8h.")] = None,
    trial_timeout: options.TrialTimeoutOption = None,
    address: options.AddressOption = None,
    storage: options.StorageOption = None,
    max_concurrent: options.MaxConcurrentOption = None,
    gpus_per_trial: options.GpusPerTrialOption = None,
    data_dir: Annotated[Path | None, typer.Option(help="Folder of full data sets; default: the search's.")] = None,
) -> int:
    """Train a search's winner again, whole and without terms of its objective, and compare.

    The results go to a folder of their own, NAME-ablation.
    """
    per_gpu = options.parse_gpus_per_trial(gpus_per_trial)
    searched = ResultsFolder.existing(folder)
    recorded = searched.read_search()
    if not searched.best_config_file.is_file():
        raise InputError(f"{folder} has no best_config.yaml yet; wait for a trial's first report, then ablate again")
    winner = TrialConfig.parse(read_yaml(searched.best_config_file, "config file", "FOLDER"), str(folder))
    search = SearchConfig.parse(recorded["search"], str(searched.search_file))
    if repeats is not None and not 1 <= repeats <= MAX_REPEATS:
        raise InputError(f"--repeats {repeats} must be from 1 to {MAX_REPEATS}; change it or leave it out")
    config = ablation(winner, search, folder.resolve().name, repeats)
    name = f"{folder.resolve().name}-ablation"
    target = ResultsFolder.named(folder.resolve().parent, name)
    if target.path.exists():
        raise InputError(f"{target.path} exists already; go on with it by: {target.going_on()}; or remove it")

    from lstnet_search.tuning import execution  # imports Ray and takes seconds: not before the checks
    from lstnet_search.tuning import search as run

    return run.search(
        config,
        execution.Run(
            folder=target,
            cpus=cpus,
            gpus=gpus,
            max_concurrent=max_concurrent,
            per_gpu=per_gpu,
            address=address,
            storage=None if storage is None else written(storage),
            time_budget=options.parse_duration("--time-budget", time_budget),
            trial_timeout=options.parse_duration("--trial-timeout", trial_timeout),
            data_dir=data_dir or Path(recorded["data_dir"]),
            command=options.command_line(),
        ),
        options.console(),
    )
