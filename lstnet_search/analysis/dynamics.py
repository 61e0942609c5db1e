"""How trainings went: the score with the rungs at which trials are stopped, losses, discriminators, latents."""

from pathlib import Path

from lstnet_search.analysis.figures.curves import MOST_COLOURED, learning_curves, metric_curves
from lstnet_search.analysis.page.parts import Part, Plots, Section, Text
from lstnet_search.analysis.page.render import page_file, write_page
from lstnet_search.errors import InputError
from lstnet_search.results.folder.studies import StudyTables

LOSSES = tuple(f"loss_{name}" for name in ("an1", "an2", "anl", "cc1", "cc2", "cc3", "cc4"))
SHARES = (*(f"discriminator_accuracy_{name}" for name in "12l"), "latent_probe")
CHANCE = 0.5
"""The accuracy of an adversary that cannot tell two domains apart."""


def dynamics(folder: Path, metric: str | None = None, top: int = 4, output: Path | None = None) -> None:
    """Draw the curves of a study's trials on a page.

    Args:
        folder: the results folder.
        metric: the metric to rank by; None for the one that the search maximised.
        top: how many trials to draw in colour, from 1 to `MOST_COLOURED`.
        output: the HTML file; None for `analysis/dynamics.html` in the results folder.

    Raises:
        InputError: if no trial has the metric.
    """
    assert 1 <= top <= MOST_COLOURED
    file = page_file(output, folder / "analysis" / "dynamics.html")
    study = StudyTables.read(folder)
    metric = metric or study.metric
    if study.ranking(metric).empty:
        raise InputError(f"no trial of {folder} that did not fail has {metric}; wait for a report, or change --metric")
    remarks = []
    if missing := study.without(metric, *LOSSES, *SHARES):
        remarks.append(f"{study.name}: not in its reports: {', '.join(missing)}")
        print(remarks[0])
    losses = [metric_curves(study, name, metric, top) for name in LOSSES if name not in missing]
    shares = [metric_curves(study, name, metric, top, CHANCE) for name in SHARES if name not in missing]
    groups: list[Part] = [Plots([learning_curves(study, metric, top)]), *(Text(each, True) for each in remarks)]
    if losses:
        groups += [Text("Losses before weighting, in the colours of the figure above."), Plots(losses, True)]
    if shares:
        explained = "Accuracies of the discriminators and of the latent probe; dotted: chance."
        groups += [Text(explained), Plots(shares, True)]
    write_page(file, study.name, f"Trainings by {metric}", [Section("dynamics", "How the trainings went", groups)])
