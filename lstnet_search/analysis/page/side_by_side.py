"""Several studies side by side: the verdict of each, with its bars, all on one axis."""

from collections.abc import Sequence

from lstnet_search.analysis.page.bars import Reached, confirmed_scores, draw_bars, searched_scores, validation_caption
from lstnet_search.analysis.page.headline import verdict
from lstnet_search.analysis.page.parts import Part, Section, Text
from lstnet_search.config.metrics import TARGET
from lstnet_search.results.confirmation.files import read_confirmation
from lstnet_search.results.folder.studies import StudyTables


def verdict_sections(studies: Sequence[StudyTables], metric: str) -> list[Section]:
    """What each study has shown, one section per study.

    The bars are of the test sets if all studies are confirmed, else of a metric on validation images.
    """
    confirmations = [read_confirmation(study.folder) for study in studies]
    scores: list[list[Reached]]
    if all(confirmations):
        metric, where = TARGET, "Accuracy on the test sets"
        scores = [confirmed_scores(each) for each in confirmations if each is not None]
    else:
        where = validation_caption(studies[0], metric)
        scores = [searched_scores(study, metric) for study in studies]
    everything = [value for each in scores for one in each for value in one.values]
    sections = []
    for index, (study, confirmation, reached) in enumerate(zip(studies, confirmations, scores, strict=True), start=1):
        badge, _, sentence = verdict(study, confirmation)
        parts: list[Part] = [Text(f"{badge.capitalize()}. {sentence}")]
        if bars := draw_bars(metric, reached, where, everything):
            parts.append(bars)
        sections.append(Section(f"verdict-{index}", study.name, parts))
    return sections
