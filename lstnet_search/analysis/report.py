"""A study on one page: the result, the evidence for it, and how to reproduce it; or several studies on one page."""

from datetime import UTC, datetime
from pathlib import Path

from lstnet_search.analysis.compare import write_comparison
from lstnet_search.analysis.labels import arrow
from lstnet_search.analysis.page.headline import headline
from lstnet_search.analysis.page.render import page_file, write_page
from lstnet_search.analysis.page.sections import report_sections
from lstnet_search.analysis.page.table2 import write_table2
from lstnet_search.results.confirmation.files import read_confirmation, read_tested
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.table2 import Table2Folder


def report(*folders: Path, output: Path | None = None) -> None:
    """Write one page about a study, about several side by side, or about a Table 2. It also says what is lacking.

    Args:
        folders: a results folder or the folder of a `table2`; or several results folders.
        output: the HTML file; None for `report.html` in the folder, or for `analysis/compare.html` in the first of
            several.
    """
    if len(folders) > 1:
        file = page_file(output, folders[0] / "analysis" / "compare.html")
        studies = [StudyTables.read(folder) for folder in folders]
        write_comparison(file, studies, studies[0].metric)
        return
    (folder,) = folders
    file = page_file(output, folder / "report.html")
    if (table2 := Table2Folder(folder)).file.is_file():
        write_table2(file, table2)
        return
    study = StudyTables.read(folder)
    confirmation = read_confirmation(study.folder)
    sections = report_sections(study, confirmation, read_tested(study.folder))
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
