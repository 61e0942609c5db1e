"""A study on one page: the verdict first, then all that it rests on, and how to get it again.

python analysis/report.py results/NAME

The page is one HTML file that loads nothing from anywhere. What a study does not have, the page names.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from lstnet_search.analysis.page.render import render
from lstnet_search.analysis.page.sections import sections
from lstnet_search.analysis.page.verdict import verdict
from lstnet_search.analysis.page.words import arrow
from lstnet_search.cli.options import FolderArgument
from lstnet_search.io.atomic import write_whole
from lstnet_search.results.confirmation.files import read_confirmation
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import size


def report(
    folder: FolderArgument,
    output: Annotated[Path | None, typer.Option(help="The page; default: report.html in the results folder.")] = None,
) -> None:
    """Make one page of a study."""
    study = StudyTables.read(folder)
    confirmation = read_confirmation(study.folder)
    made = confirmation is not None and study.folder.confirmation_table_file.is_file()
    tested = study.folder.read_confirmation_table() if made else None
    page = render(study.name, _subtitle(study), verdict(study, confirmation), sections(study, confirmation, tested))
    output = output or folder / "report.html"
    output.parent.mkdir(parents=True, exist_ok=True)
    write_whole(output, page)
    print(f"report: {output} ({size(output.stat().st_size)})")


def _subtitle(study: StudyTables) -> str:
    asked = study.search["search"]
    direction = asked.get("direction", "both")
    directions = study.directions if direction in ("both", "pareto") else (direction,)
    table = study.folder.trials_file
    written = table if table.is_file() else study.folder.search_file
    day = datetime.fromtimestamp(written.stat().st_mtime, UTC)
    return (
        f"{' and '.join(map(arrow, directions))} · {asked['trial']['method']} · up to {study.steps} steps a trial · "
        f"state of {day:%Y-%m-%d %H:%M} UTC"
    )
