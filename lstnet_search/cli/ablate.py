"""`ablate`: trains the winner of a search again, without some terms of its objective."""

from typing import Annotated

import typer

from lstnet_search.cli.options import common
from lstnet_search.cli.options.resources import RunOptions
from lstnet_search.config import TrialConfig
from lstnet_search.config.ablation import ablation
from lstnet_search.config.search import MAX_SEEDS
from lstnet_search.errors import InputError
from lstnet_search.io.console import console
from lstnet_search.io.yaml import read_yaml


def ablate(
    folder: common.FolderArgument,
    where: RunOptions,
    seeds: Annotated[
        int | None,
        typer.Option("--seeds", metavar="N", help="Train each with this many seeds. Default: the search's number."),
    ] = None,
    repeats: common.RepeatsOption = None,
    data_dir: common.SearchedDataDirOption = None,
) -> int:
    """Train the winner again without terms of its objective.

    Every training runs to its last step. The results go to a separate folder, NAME-ablation.
    """
    from lstnet_search.results.folder.folder import ResultsFolder

    common.refuse_repeats(repeats)
    searched = ResultsFolder.find(folder)
    recorded = searched.read_search()
    if not searched.best_config_file.is_file():
        raise InputError(f"{folder} has no best_config.yaml yet; wait for a trial's first report, then ablate again")
    winner = TrialConfig.parse(read_yaml(searched.best_config_file, "config file", "FOLDER"), str(folder))
    data_dir = common.data_dir_of(recorded, data_dir, folder)
    if seeds is not None and not 1 <= seeds <= MAX_SEEDS:
        raise InputError(f"--seeds {seeds} must be from 1 to {MAX_SEEDS}; change it or leave it out")
    study = searched.path.resolve()
    config = ablation(winner, recorded.config, study.name, seeds)
    target = ResultsFolder.named(study.parent, f"{study.name}-ablation")
    if target.path.exists():
        raise InputError(f"{target.path} exists already; resume it with: {target.resume_command()}; or remove it")
    run = where.make_run(target, data_dir)

    from lstnet_search.tuning import search as tuning  # imports Ray, which takes seconds: after the checks

    return tuning.search(config, run, console())
