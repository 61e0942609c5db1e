"""Pictures of the report, as data URIs."""

import base64

from matplotlib.figure import Figure

from lstnet_search.analysis.images import SampledTrial, choose_trials, draw_confusion, draw_one_way
from lstnet_search.analysis.labels import arrow, trial_name
from lstnet_search.analysis.page.parts import Part, Picture, Pictures
from lstnet_search.results.export.figures import as_png
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import shown


def winner_picture(study: StudyTables) -> Pictures | None:
    """The search's picture of its winner, or None if there is none."""
    path = study.folder.translations_file
    if not study.folder.has(path):
        return None
    caption = "An image of each class, its translation and its round trip; red: misread by the classifier."
    return Pictures("The winner, translations.png", [Picture(_uri(path.read_bytes()), caption)], columns=1)


def sampled_pictures(study: StudyTables) -> list[Part]:
    """Translations and confusions of the best, the middle and the worst trial; empty without samples."""
    ranking = study.ranking(study.metric)
    names = study.search.trial.domains
    parts: list[Part] = []
    for chosen in choose_trials(study, ranking):
        score = f"highest {study.metric} {shown(study.metric, ranking[chosen.trial])}"
        title = f"The {chosen.rank} trial: {trial_name(study.search, chosen.trial)}, {score}, at its last report"
        if chosen.has_images:
            parts.append(Pictures(title, _translations(chosen, names)))
            title = ""
        if confusions := _confusions(chosen, study.directions):
            parts.append(Pictures(title, confusions))
    return parts


def _translations(chosen: SampledTrial, names: list[str]) -> list[Picture]:
    pictures = []
    for letter, (source, target) in zip("ab", (names, names[::-1]), strict=True):
        figure = Figure(figsize=(7.2, 2.7), layout="constrained")
        draw_one_way(figure.subplots(), chosen.samples, letter, (source, f"as {target}", "and back"))
        pictures.append(Picture(_uri(as_png(figure, 130)), f"{source} → {target}, one column per class"))
    return pictures


def _confusions(chosen: SampledTrial, directions: tuple[str, str]) -> list[Picture]:
    pictures = []
    for direction in directions:
        if (counts := chosen.samples.get(f"confusion_{direction}")) is None:
            continue
        figure = Figure(figsize=(5.4, 4.6), layout="constrained")
        draw_confusion(figure.subplots(), counts)
        pictures.append(Picture(_uri(as_png(figure)), f"Confusion, {arrow(direction)}: % of the true class"))
    return pictures


def _uri(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
