"""Which settings matter and where good ones lie: importances, parallel coordinates, slices, pairs."""

from pathlib import Path

from lstnet_search.analysis.importance import FEW, importances, settings_and_scores
from lstnet_search.analysis.page.render import page_file, write_page
from lstnet_search.analysis.page.sections import landscape_section
from lstnet_search.errors import InputError
from lstnet_search.results.folder.studies import StudyTables


def landscape(folder: Path, metric: str | None = None, output: Path | None = None) -> None:
    """Print the importances of the searched settings, and write a page that shows how the score depends on them.

    Args:
        folder: the results folder.
        metric: the metric that is the score; None for the one that the search maximised.
        output: the HTML file; None for `analysis/landscape.html` in the results folder.

    Raises:
        InputError: if no trial has the metric, or no numeric setting was searched.
    """
    file = page_file(output, folder / "analysis" / "landscape.html")
    study = StudyTables.read(folder)
    metric = metric or study.metric
    settings, scores = settings_and_scores(study, metric)
    if scores.empty:
        raise InputError(f"no trial of {folder} that did not fail has {metric}; wait for a report, or change --metric")
    if settings.empty:
        raise InputError(f"{folder} searched no numeric setting; give a search of a space that has ranges")
    if len(scores) < FEW:
        print(f"{study.name}: only {len(scores)} trials have a score; with so few, importances are mostly chance")
    for name, value in importances(settings, scores).items():
        print(f"{name:<14} {value:.2f}")
    write_page(file, study.name, f"{metric} of {len(scores)} trials", [landscape_section(study, metric)])
