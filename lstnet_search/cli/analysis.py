"""Commands that only read results folders and never train; `lstnet_search.analysis` does the work."""

from pathlib import Path
from typing import Annotated

import typer

from lstnet_search.cli.options import common

# Importing plotly, matplotlib and Optuna takes seconds, so each command imports what it needs when it is called.

MetricOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Metric to rank by. Default: the one that the first search maximised."),
]
PageOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="HTML file to write. Default: analysis/COMMAND.html in the (first) results folder."
    ),
]


def _results(asked: Path) -> Path:
    from lstnet_search.results.folder.folder import ResultsFolder

    return ResultsFolder.find(asked).path


def _reported(asked: Path) -> Path:
    """The folder of a `table2` or of a study, given by its path or its name."""
    from lstnet_search.results.table2 import Table2Folder

    tables = (path for path in (asked, common.DEFAULT_RESULTS_DIR / asked) if Table2Folder(path).file.is_file())
    return next(tables, None) or _results(asked)


def report(
    folders: common.FoldersArgument,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="HTML file to write. Default: report.html in the folder, or analysis/compare.html in the first of "
            "several.",
        ),
    ] = None,
) -> None:
    """Write one HTML page about a study.

    Several studies are shown side by side. The folder of a table2 is a page too.
    """
    from lstnet_search.analysis.report import report

    report(*map(_reported, folders), output=output)


def select_best(
    folders: common.FoldersArgument,
    metric: MetricOption = None,
    lowest: Annotated[bool, typer.Option("--lowest", help="Rank the lowest value first, as of a loss.")] = False,
    top: Annotated[
        int, typer.Option(min=1, metavar="N", help="Best trials to print; the trials with the paper's weights follow.")
    ] = 5,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File to write the best settings to. Default: selected_config.yaml in that trial's results folder.",
        ),
    ] = None,
) -> None:
    """Rank the trials of studies.

    Each trial is ranked by its best report. The settings of the top trial are written to a file.
    """
    from lstnet_search.analysis.select_best import select_best

    select_best([*map(_results, folders)], metric, lowest, top, output)


def compare(folders: common.FoldersArgument, metric: MetricOption = None, output: PageOption = None) -> None:
    """Compare studies with each other."""
    from lstnet_search.analysis.compare import compare

    compare([*map(_results, folders)], metric, output)


def criteria(folders: common.FoldersArgument, output: PageOption = None) -> None:
    """Compare criteria that need no labels with the accuracy."""
    from lstnet_search.analysis.criteria import criteria

    criteria([*map(_results, folders)], output)


def dynamics(
    folder: common.FolderArgument,
    metric: MetricOption = None,
    top: Annotated[int, typer.Option(min=1, max=8, metavar="N", help="Trials to draw in colour.")] = 4,
    output: PageOption = None,
) -> None:
    """Plot trials over time."""
    from lstnet_search.analysis.dynamics import dynamics

    dynamics(_results(folder), metric, top, output)


def images(
    folder: common.FolderArgument,
    metric: MetricOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Folder to write the pictures to. Default: analysis in the results folder."
        ),
    ] = None,
) -> None:
    """Draw the translated images of trials.

    It draws the best, the median and the worst trial, each at its last report.
    """
    from lstnet_search.analysis.images import images

    images(_results(folder), metric, output)


def landscape(folder: common.FolderArgument, metric: MetricOption = None, output: PageOption = None) -> None:
    """Plot the metric over the settings."""
    from lstnet_search.analysis.landscape import landscape

    landscape(_results(folder), metric, output)


def table2_table(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="Folder that the command table2 made, such as results/table2-small."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Markdown file to write. Default: analysis/table2.md in the folder."),
    ] = None,
) -> None:
    """Print the paper's Table 2 next to ours."""
    from lstnet_search.analysis.table2 import table2_table

    table2_table(folder, output)
