"""How far each label-free criterion can be trusted: its rank correlation with the oracle, and its regret.

The regret is what a user without labels loses: the oracle accuracy of the best trial minus that of the trial that
the criterion picks.
"""

from dataclasses import replace
from pathlib import Path

from lstnet_search.analysis.page.render import page_file, write_page
from lstnet_search.analysis.page.sections import criteria_section, reported_criteria
from lstnet_search.analysis.page.tables import criteria_table, for_terminal
from lstnet_search.config.metrics import CRITERIA, TARGET
from lstnet_search.io.console import console
from lstnet_search.results.folder.studies import StudyTables


def criteria(folders: list[Path], output: Path | None = None) -> None:
    """Compare label-free criteria with the oracle score, on the terminal and as a page with one section per study.

    Args:
        folders: results folders, at least one.
        output: the HTML file; None for `analysis/criteria.html` in the first folder.
    """
    file = page_file(output, folders[0] / "analysis" / "criteria.html")
    sections = []
    for index, folder in enumerate(folders, start=1):
        study = StudyTables.read(folder)
        reported = reported_criteria(study)
        if study.without(TARGET):
            print(f"{study.name}: no report has {TARGET}, so criteria cannot be judged")
            continue
        if missing := [name for name in CRITERIA if name not in reported]:
            print(f"{study.name}: not in its reports: {', '.join(missing)}")
        if reported:
            title = f"{study.name}: rank correlation with the oracle, regret in points"
            console().print(for_terminal(criteria_table(study, reported), title))
            section = criteria_section(study, f"criteria-{index}")
            sections.append(replace(section, title=f"{study.name}: {section.title[0].lower()}{section.title[1:]}"))
    if sections:
        write_page(file, "Label-free criteria", "Each criterion against the oracle accuracy", sections)
