"""`table2`: the paper's Table 2, every method under one budget."""

from pathlib import Path
from typing import Annotated

import typer

from lstnet_search.cli import options
from lstnet_search.cli.search import search_config
from lstnet_search.config.budgets import BUDGETS, ORDER, Budget, BudgetName
from lstnet_search.config.search import SearchConfig
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.table2 import Table2Folder


def table2(
    budget: Annotated[BudgetName, typer.Option(help="small: two CPU cores, 90 minutes; full: the paper's, for GPUs.")],
    data_dir: options.DataDirOption = None,
    bundled: options.BundledOption = False,
    gpus: Annotated[int | None, typer.Option(help="GPUs to use; default: all.")] = None,
    cpus: Annotated[int | None, typer.Option(help="CPUs to use; default: all.")] = None,
    results_dir: options.ResultsDirOption = Path("results"),
    name: Annotated[str | None, typer.Option(help="Name of its folder; default: table2-BUDGET.")] = None,
) -> int:
    """Search every method and confirm its winner, under one budget of wall time.

    The same command goes on where it was stopped. `python analysis/table2.py FOLDER` prints the table.
    """
    folder = Table2Folder(ResultsFolder.named(results_dir, name or f"table2-{budget}").path)
    searches: dict[str, SearchConfig] = {
        method: planned_search(method, BUDGETS[budget], data_dir, bundled) for method in ORDER
    }

    from lstnet_search.tuning import table2 as tuning  # imports Ray and takes seconds: not before the checks
    from lstnet_search.tuning.execution import Run

    code = tuning.table2(
        searches,
        BUDGETS[budget],
        budget,
        folder,
        Run(
            folder=ResultsFolder(folder.path),
            cpus=cpus,
            gpus=gpus,
            data_dir=data_dir or options.DEFAULT_DATA_DIR,
            command=options.command_line(),
        ),
        options.console(),
    )
    options.console().print(f"the table: python analysis/table2.py {folder.path}", markup=False, highlight=False)
    return code


def planned_search(method: str, budget: Budget, data_dir: Path | None, bundled: bool) -> SearchConfig:
    """The search of a method: its preset and its own space, with the changes that the budget makes."""
    search = search_config({"method": method, "preset": budget.preset}, data_dir, bundled)
    trial = search.trial.override(dict(budget.changes.get(method, {})), "the budget")
    return SearchConfig.parse(search.model_dump() | {"trial": trial.model_dump()}, "the budget")
