"""Print the best trials of one search or several, and write the settings of the best one.

python analysis/select_best.py results/NAME [results/OTHER] --metric infomax --top 10
"""

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.table import Table

from lstnet_search.cli.app import run_script
from lstnet_search.cli.options import FoldersArgument, console
from lstnet_search.config import InputError
from lstnet_search.results.records import PAPER_TRIAL
from lstnet_search.results.selection import rank_rows, settings_of_row
from lstnet_search.results.studies import StudyTables
from lstnet_search.results.text import WEIGHTS_HEADING, percent, shown, weights
from lstnet_search.results.winner import write_config


def select_best(
    folders: FoldersArgument,
    metric: Annotated[
        str | None, typer.Option(help="Metric to rank by; default: what the first search maximised.")
    ] = None,
    lowest: Annotated[bool, typer.Option("--lowest", help="Lowest first, such as of a loss.")] = False,
    top: Annotated[int, typer.Option(min=1, help="Trials to print; those with the paper's weights come after.")] = 5,
    output: Annotated[
        Path | None, typer.Option(help="Where the best settings go; default: selected_config.yaml in its folder.")
    ] = None,
) -> None:
    """Rank trials by their best report and write the settings of the first."""
    studies = [StudyTables.read(folder) for folder in folders]
    metric = metric or studies[0].metric
    rows = pd.concat([study.trials.assign(study=index) for index, study in enumerate(studies)], ignore_index=True)
    ranked = rank_rows(rows, metric, lowest)
    if ranked.empty:
        raise InputError(f"no trial of {', '.join(map(str, folders))} has a report with {metric} that did not fail yet")
    console().print(_table(ranked, studies, metric, top))
    best = ranked.iloc[0]
    study = studies[best["study"]]
    output = output or study.folder.path / "selected_config.yaml"
    remark = f"trial {best['trial']} of {study.name}, best by {metric}: {best[f'best/{metric}']:.6g}"
    write_config(output, settings_of_row(best), [remark])
    print(f"settings of trial {best['trial']} of {study.name}: {output}")


def _table(ranked: pd.DataFrame, studies: list[StudyTables], metric: str, top: int) -> Table:
    accuracies = [name for name in map(str, ranked.columns) if name.startswith("best/val_accuracy_")]
    accuracies = [name for name in accuracies if name != f"best/{metric}"]
    table = Table(title=f"best by {metric}", title_justify="left")
    for heading in ("", "study", "trial", metric, *accuracies, "state", "steps", f"weights {WEIGHTS_HEADING}"):
        table.add_column(heading.removeprefix("best/val_accuracy_"), no_wrap=True)

    def add(place: str, row: "pd.Series[Any]") -> None:
        table.add_row(
            place,
            studies[row["study"]].name,
            str(row["trial"]),
            shown(metric, row[f"best/{metric}"]),
            *(percent(None if pd.isna(row[name]) else row[name]) for name in accuracies),
            row["state"],
            str(row["steps"]),
            weights(settings_of_row(row).weights),
        )

    for place, (_, row) in enumerate(ranked.head(top).iterrows(), start=1):
        add(f"{place}.", row)
    for _, row in ranked[ranked["trial"] == PAPER_TRIAL].iterrows():
        add("paper", row)
    return table


if __name__ == "__main__":
    run_script(select_best)
