"""Pictures of the page, as data URIs."""

import base64

from matplotlib.figure import Figure

from lstnet_search.analysis.images import Chosen, choose, draw_confusion, draw_one_way, makes_images
from lstnet_search.analysis.page.parts import Part, Picture, Pictures
from lstnet_search.analysis.page.words import arrow, trial_name
from lstnet_search.results.export.figures import as_png
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import shown


def winner_picture(study: StudyTables) -> Pictures | None:
    """What the search drew of its winner; None where it drew nothing."""
    path = study.folder.translations_file
    if not study.folder.has(path):
        return None
    caption = "An image of each class, its translation and its round trip; red: read wrongly by the classifier."
    return Pictures("The winner, translations.png", [Picture(_uri(path.read_bytes()), caption)], columns=1)


def sampled_pictures(study: StudyTables) -> list[Part]:
    """Translations and confusions of the best, the median and the worst trial; none without samples."""
    ranking = study.ranking(study.metric)
    chosen = choose(study, [int(trial) for trial in ranking.index.tolist()])
    names = study.search["search"]["trial"]["domains"]
    parts: list[Part] = []
    for rank, (trial, _) in chosen.items():
        title = f"The {rank} trial: {trial_name(trial)}, highest {study.metric} {shown(study.metric, ranking[trial])}"
        title = f"{title}, at its last report"
        if makes_images(chosen):
            parts.append(Pictures(title, _translations(chosen, rank, names)))
            title = ""
        if confusions := _confusions(chosen, rank, study.directions):
            parts.append(Pictures(title, confusions))
    return parts


def _translations(chosen: Chosen, rank: str, names: list[str]) -> list[Picture]:
    pictures = []
    for letter, (source, target) in zip("ab", (names, names[::-1]), strict=True):
        figure = Figure(figsize=(7.2, 2.7), layout="constrained")
        draw_one_way(figure.subplots(), chosen[rank][1], letter, (source, f"as {target}", "and back"))
        pictures.append(Picture(_uri(as_png(figure, 130)), f"{source} → {target}, a column a class"))
    return pictures


def _confusions(chosen: Chosen, rank: str, directions: tuple[str, str]) -> list[Picture]:
    pictures = []
    for direction in directions:
        if (counts := chosen[rank][1].get(f"confusion_{direction}")) is None:
            continue
        figure = Figure(figsize=(5.4, 4.6), layout="constrained")
        draw_confusion(figure.subplots(), counts)
        pictures.append(Picture(_uri(as_png(figure)), f"Confusion, {arrow(direction)}: % of the true class"))
    return pictures


def _uri(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
