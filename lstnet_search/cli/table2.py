"""`table2`: the paper's Table 2, every method under one budget."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from lstnet_search.cli.options import common
from lstnet_search.cli.options.resources import RunOptions
from lstnet_search.cli.options.search import SearchOptions, search_config
from lstnet_search.config.budgets import BUDGETS, ORDER, Budget, BudgetName
from lstnet_search.config.presets import MethodName
from lstnet_search.config.search import SearchConfig
from lstnet_search.io.console import console
from lstnet_search.io.program import program


def table2(
    budget: Annotated[
        BudgetName,
        typer.Option(help="small: 90 minutes on two CPU cores; full: the paper's trainings, for GPUs."),
    ],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the table's folder. Default: table2-BUDGET.")
    ] = None,
    results_dir: common.ResultsDirOption = common.DEFAULT_RESULTS_DIR,
    data_dir: common.DataDirOption = None,
    bundled: common.BundledOption = False,
    gpus: common.GpusOption = None,
    cpus: common.CpusOption = None,
) -> int:
    """Search every method under one budget: the paper's Table 2.

    Each method's winner is confirmed too, within the same wall time. The same command resumes a table that was
    stopped.
    """
    from lstnet_search.results.folder.folder import ResultsFolder
    from lstnet_search.results.table2 import Table2Folder

    folder = ResultsFolder.named(results_dir, name or f"table2-{budget}")
    searches: dict[str, SearchConfig] = {
        method: planned_search(method, BUDGETS[budget], data_dir, bundled) for method in ORDER
    }
    run = RunOptions(gpus=gpus, cpus=cpus).make_run(folder, data_dir)

    from lstnet_search.tuning import table2 as tuning  # imports Ray, which takes seconds: after the checks

    out = console()
    code = tuning.table2(searches, BUDGETS[budget], budget, Table2Folder(folder.path), run, out)
    out.print(f"the table: {shlex.join([*program(), 'table2-table', str(folder.path)])}", markup=False, highlight=False)
    return code


def planned_search(method: MethodName, budget: Budget, data_dir: Path | None, bundled: bool) -> SearchConfig:
    """The search of a method: its preset and default space, with the budget's changes."""
    search = search_config(SearchOptions(method=method, preset=budget.preset, data_dir=data_dir, bundled=bundled))
    trial = search.trial.override(dict(budget.changes.get(method, {})), "the budget")
    return SearchConfig.parse(search.model_dump() | {"trial": trial.model_dump()}, "the budget")
