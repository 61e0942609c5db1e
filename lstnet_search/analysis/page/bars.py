"""Bars of no translation, the paper's weights and the best trial, on an axis that shows the difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from lstnet_search.analysis.figures.axis import Ruler
from lstnet_search.analysis.labels import mean_shown, metric_name
from lstnet_search.analysis.page.parts import Bar, Bars
from lstnet_search.config.metrics import TARGET
from lstnet_search.results.confirmation.record import ConfirmationRecord, RecordedMean
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import EXCLUDES_NOTHING, is_share, mean_with_half_width, shown
from lstnet_search.results.study.configurations import Configuration

BASELINE, PAPER = "no translation", "paper's weights"


@dataclass(frozen=True)
class Reached:
    """A score to draw.

    Attributes:
        name: what has this score.
        meaning: as in `Bar`.
        value: the score.
        text: the score as text.
        interval: the 95 % interval, or None if it is not known.
        published: the score that the paper prints, or None.
    """

    name: str
    meaning: str
    value: float
    text: str
    interval: tuple[float, float] | None = None
    published: float | None = None

    @property
    def values(self) -> list[float]:
        """All numbers that the axis must show."""
        return [self.value, *(self.interval or ()), *(() if self.published is None else (self.published,))]


def result_bars(study: StudyTables, confirmation: ConfirmationRecord | None) -> Bars | None:
    """The scores of a study as bars: on the test sets if it is confirmed, else of the search. None without scores."""
    if confirmation is not None:
        text = "Accuracy on the test sets"
        return draw_bars(TARGET, confirmed_scores(confirmation), text)
    return draw_bars(study.metric, searched_scores(study, study.metric), validation_caption(study, study.metric))


def validation_caption(study: StudyTables, metric: str) -> str:
    """What the scores of a search are."""
    return f"{metric_name(study, metric).capitalize()}, validation images"


def confirmed_scores(confirmation: ConfirmationRecord) -> list[Reached]:
    """The confirmed scores of no translation, the paper's weights and the best trial, in this order."""
    best, paper, baseline = confirmation.best, confirmation.paper, confirmation.no_translation
    both = paper is best
    found = [
        (BASELINE, "baseline", baseline),
        (PAPER, "published", None if both else paper),
        (f"best: {PAPER}" if both else f"best: trial {best.trial}", "published" if both else "best", best),
    ]
    return [
        Reached(name, meaning, each.target.mean, mean_shown(each), known_interval(each.target))
        for name, meaning, each in found
        if each is not None and each.target.mean is not None
    ]


def known_interval(found: RecordedMean) -> tuple[float, float] | None:
    """The 95 % interval of a mean; None if there is none or if it excludes nothing (see `EXCLUDES_NOTHING`)."""
    if found.interval is None or found.half_width is None or found.half_width >= EXCLUDES_NOTHING:
        return None
    return found.interval[0], found.interval[1]


def searched_scores(study: StudyTables, metric: str) -> list[Reached]:
    """The search's scores of no translation, the paper's weights and the best configuration, in this order."""
    ranked = study.ranked(metric)
    found: list[Reached] = []
    if metric in study.baseline:
        value = study.baseline[metric]
        found.append(Reached(BASELINE, "baseline", value, shown(metric, value)))
    paper, name = ranked.paper, study.search.reference
    if paper is not None and paper is not ranked.best:
        found.append(_score(metric, name, "published", paper))
    if ranked and ranked.best is paper:
        found.append(_score(metric, f"best: {name}", "published", ranked.best))
    elif ranked:
        found.append(_score(metric, f"best: trial {ranked.best.shown_trial}", "best", ranked.best))
    return found


def _score(metric: str, name: str, meaning: str, each: Configuration) -> Reached:
    interval = each.interval if all(map(isfinite, each.interval)) else None
    half = None if interval is None else (interval[1] - interval[0]) / 2
    text = mean_with_half_width(each.expected, half) if is_share(metric) else shown(metric, each.expected)
    return Reached(name, meaning, each.expected, text, interval)


def draw_bars(metric: str, scores: Sequence[Reached], caption: str, others: Sequence[float] = ()) -> Bars | None:
    """Scores of one metric as bars on one axis; None without scores.

    Args:
        metric: the metric.
        scores: the scores.
        caption: what the scores are.
        others: values of other bars that share the axis, which it must show too.
    """
    scores = [each for each in scores if isfinite(each.value)]
    if not scores:
        return None
    ruler = Ruler.over(metric, [*others, *(value for each in scores for value in each.values)])
    bars = []
    for each in scores:
        (length,) = ruler.positions([each.value])
        low, high = ruler.positions(each.interval or (each.value, each.value))
        interval = (low, high) if each.interval else None
        published = None if each.published is None else ruler.positions([each.published])[0]
        bars.append(Bar(each.name, each.meaning, each.text, length, interval, published))
    ticks = ruler.ticks()
    texts = [f"{100 * each:.4g}" if is_share(metric) else f"{each:.4g}" for each in ticks]
    how = (
        " Stretched towards 100 %." if ruler.axis.bent else " The axis does not begin at 0." if ruler.first != 0 else ""
    )
    whiskers = " Lines: 95 % interval." if any(each.interval for each in scores) else ""
    whiskers += " Diamonds: the paper's." if any(each.published for each in scores) else ""
    unit = " in %" if is_share(metric) else ""
    return Bars(f"{caption}{unit}.{whiskers}{how}", bars, [*zip(ruler.positions(ticks), texts, strict=True)])
