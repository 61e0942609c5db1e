"""Print the best trials of a search and write the settings of the best one.

python analysis/select_best.py results/NAME
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from lstnet_search.cli.app import run_script
from lstnet_search.cli.options import FolderArgument, console
from lstnet_search.results.folder import ResultsFolder
from lstnet_search.results.selection import rank_rows, settings_of_row
from lstnet_search.results.text import WEIGHTS_HEADING, percent, weights
from lstnet_search.results.winner import write_config


def select_best(
    folder: FolderArgument,
    metric: Annotated[str, typer.Option(help="Metric to rank by, highest first.")] = "target_accuracy",
    top: Annotated[int, typer.Option(min=1, help="Trials to print.")] = 5,
    output: Annotated[
        Path | None, typer.Option(help="Where the best settings go; default: selected_config.yaml in the folder.")
    ] = None,
) -> None:
    """Rank a search's trials by their best report and write the settings of the first."""
    results = ResultsFolder.existing(folder)
    ranked = rank_rows(results.read_trials(), metric)
    accuracies = [name for name in map(str, ranked.columns) if name.startswith("best/val_accuracy_")]
    table = Table(title=f"{folder}: best by {metric}", title_justify="left")
    for heading in ("trial", metric, *accuracies, "state", "steps", f"weights {WEIGHTS_HEADING}"):
        table.add_column(heading.removeprefix("best/val_accuracy_"), no_wrap=True)
    for _, row in ranked.head(top).iterrows():
        settings = settings_of_row(row)
        table.add_row(
            str(row["trial"]),
            percent(row[f"best/{metric}"]) if "accuracy" in metric else f"{row[f'best/{metric}']:.5g}",
            *(percent(row[name]) for name in accuracies),
            row["state"],
            str(row["steps"]),
            weights(settings.weights),
        )
    console().print(table)
    best = ranked.iloc[0]
    output = output or folder / "selected_config.yaml"
    remark = f"trial {best['trial']} of {folder.name}, best by {metric}: {best[f'best/{metric}']:.6g}"
    write_config(output, settings_of_row(best), [remark])
    print(f"settings of trial {best['trial']}: {output}")


if __name__ == "__main__":
    run_script(select_best)
