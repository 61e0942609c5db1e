"""`confirm`: the best trials of a search, trained again with fresh seeds and tested."""

from dataclasses import replace
from functools import partial
from typing import Annotated

import typer

from lstnet_search.cli.options import common
from lstnet_search.cli.options.moved_images import record_moved_images
from lstnet_search.cli.options.reading import DataOptions
from lstnet_search.cli.options.resources import RunOptions, refuse_other_storage
from lstnet_search.config.readers import Reader
from lstnet_search.errors import InputError
from lstnet_search.io.console import console, starting


def confirm(
    folder: common.FolderArgument,
    where: RunOptions,
    top: Annotated[
        int, typer.Option(metavar="N", help="How many of the best trials to train, besides the paper's weights.")
    ] = 3,
    seeds: Annotated[int, typer.Option(metavar="N", help="Number of fresh seeds, the same for each trial.")] = 5,
    steps: Annotated[
        int | None, typer.Option(metavar="N", help="Steps of each training. Default: the search's.")
    ] = None,
    reader: Annotated[
        Reader | None,
        typer.Option(
            metavar="NAME",
            help="How images are labelled for the verdict: translated, as in the paper; adapted, by a classifier that "
            "learned from translated images; both. Each is reported. Default: translated.",
        ),
    ] = None,
    data_dir: common.SearchedDataDirOption = None,
    domains: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="A B",
            help="Where your images are now, if they have moved since the search; they must be equal.",
            rich_help_panel=common.DATA,
        ),
    ] = None,
) -> int:
    """Train the best trials again with fresh seeds, and open the test sets.

    They train on the whole training sets and are compared with the paper's weights. The same command resumes a
    confirmation that was stopped; with more seeds or a larger --top, it adds trainings.
    """
    from lstnet_search.config.domain_names import domain_name
    from lstnet_search.results.confirmation.plan import make_plan
    from lstnet_search.results.folder.folder import ResultsFolder

    searched = ResultsFolder.find(folder)
    if domains is not None:
        names, wanted = tuple(map(domain_name, domains)), searched.read_search().config.trial.domain_names
        if names != wanted:
            raise InputError(
                f"--domains {' '.join(domains)} are called {' and '.join(names)}, those of the search "
                f"{' and '.join(wanted)}; give a new place as NAME=images:PATH"
            )
        record_moved_images(searched, DataOptions(domains=domains), data_dir)
    plan = partial(make_plan, searched, top, seeds, steps, reader)
    plan()  # refuses bad options before Ray is imported
    recorded = searched.read_search()
    run = where.make_run(searched, common.data_dir_of(recorded, data_dir, folder))
    refuse_other_storage(run.storage, recorded.storage, folder)
    run = replace(run, storage=recorded.storage)

    out = console()
    with starting(out):
        from lstnet_search.tuning.confirmation import (
            confirm as tuning,  # imports Ray, which takes seconds: after the checks
        )

    return tuning.confirm(plan, run, out)
