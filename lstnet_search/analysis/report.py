"""A study on one page: the headline, the evidence for it, and how to reproduce it."""

from datetime import UTC, datetime
from pathlib import Path

from lstnet_search.analysis.labels import arrow
from lstnet_search.analysis.page.headline import headline
from lstnet_search.analysis.page.render import page_file, write_page
from lstnet_search.analysis.page.sections import report_sections
from lstnet_search.results.confirmation.files import read_confirmation
from lstnet_search.results.folder.studies import StudyTables


def report(folder: Path, output: Path | None = None) -> None:
    """Write one page about a study, which also says what the study lacks.

    Args:
        folder: the results folder.
        output: the HTML file; None for `report.html` in the results folder.
    """
    file = page_file(output, folder / "report.html")
    study = StudyTables.read(folder)
    confirmation = read_confirmation(study.folder)
    has_table = confirmation is not None and study.folder.confirmation_table_file.is_file()
    tested = study.folder.read_confirmation_table() if has_table else None
    sections = report_sections(study, confirmation, tested)
    write_page(file, study.name, _subtitle(study), sections, headline(study, confirmation))


def _subtitle(study: StudyTables) -> str:
    table = study.folder.trials_file
    written = table if table.is_file() else study.folder.search_file
    day = datetime.fromtimestamp(written.stat().st_mtime, UTC)
    return (
        f"{' and '.join(map(arrow, study.search.searched_directions))} · {study.search.trial.method} · "
        f"up to {study.steps} steps per trial · "
        f"state of {day:%Y-%m-%d %H:%M} UTC"
    )
