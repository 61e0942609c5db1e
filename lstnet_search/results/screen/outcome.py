"""What a search has shown, in words and as a small table: what translation is worth, and who leads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, sqrt
from statistics import fmean
from typing import Any

from lstnet_search.config import METHODS
from lstnet_search.config.methods import TranslationConfig
from lstnet_search.config.metrics import TARGET, accuracy_name
from lstnet_search.results.analysis.literature import PUBLISHED
from lstnet_search.results.formatting import difference, final_weights, is_share, percent, shown
from lstnet_search.results.screen.board import Standing, mean_heading
from lstnet_search.results.screen.layout import Column, arrows, table
from lstnet_search.results.study.configurations import CERTAIN, Configuration, Ranking, probability
from lstnet_search.results.study.records import PAPER_TRIAL

TRY = "Try longer, or another pair."
_ACCURACY = accuracy_name("")


@dataclass(frozen=True)
class Outcome:
    """What a search has shown so far, or in the end.

    Attributes:
        ranking: its configurations, the likely best first; at least one.
        standings: what is known of each trial, by number.
        baseline: scores of plain resizing, by metric.
        images: validation images of each direction; empty if that is not known.
        directions: names of both directions.
        searched: names of the directions that the search looks at.
        metric: metric that trials are ranked by.
        steps: steps of a whole training.
        method: the method that is trained.
    """

    ranking: Ranking
    standings: Mapping[int, Standing]
    baseline: Mapping[str, float]
    images: Mapping[str, int]
    directions: Sequence[str]
    searched: Sequence[str]
    metric: str
    steps: int
    method: str

    def sentences(self) -> Iterator[str]:
        """What translation is worth, as far as labels tell, and whether the best weights beat the paper's."""
        if self.metric == TARGET and self.method != "no_translation" and (sentence := self._translation()):
            yield sentence
        yield self._weights()

    def _translation(self) -> str:
        """What translation, or another way to adapt, is worth.

        A difference is shown if the shares of images that are read right with translation and without it differ by more
        than 1.96 standard errors.
        """
        best = [self.standings[number].accuracies for number in self.ranking.best.judged_trials]
        without = {name: self.baseline[accuracy_name(name)] for name in self.searched if self._measured(name, best)}
        if not without:
            return ""
        with_it = {name: fmean(each[name] for each in best) for name in without}
        gain = fmean(with_it.values()) - fmean(without.values())
        translating = issubclass(METHODS[self.method], TranslationConfig)
        what = "translation" if translating else PUBLISHED[self.method].name
        figures = f"{percent(fmean(with_it.values()))} read right, {percent(fmean(without.values()))} without it"
        if not without.keys() <= self.images.keys():
            return f"With {what} {figures} ({_points(gain)})."
        variances = [
            share * (1 - share) / max(1, self.images[name])
            for shares in (with_it, without)
            for name, share in shares.items()
        ]
        error = CERTAIN * sqrt(sum(variances)) / len(without)
        if gain > error:
            return f"{what[0].upper()}{what[1:]} works: {figures} ({_points(gain)})."
        more = {name: round(self.images[name] * (with_it[name] - without[name])) for name in without}
        counts = ", ".join(f"{_signed(f'{count:+d}')} of {self.images[name]}" for name, count in more.items())
        if gain < -error:
            figures = f"{percent(fmean(with_it.values()))} against {percent(fmean(without.values()))}"
            worse = f"{'Translated i' if translating else f'With {what} i'}mages are read worse than resized ones"
            return f"{worse}: {figures} ({_points(gain)}; images: {counts}). {TRY}"
        return f"No difference from resized images is shown ({_points(gain)}; images: {counts}). {TRY}"

    def _measured(self, direction: str, best: Sequence[Mapping[str, float]]) -> bool:
        return accuracy_name(direction) in self.baseline and all(direction in each for each in best)

    def _weights(self) -> str:
        """Whether the best weights are better than the paper's, and on how many seeds that rests."""
        ranking = self.ranking
        best, paper = ranking.best, ranking.paper
        if len(ranking.configurations) == 1:
            return f"Only trial {best.shown_trial} has a score, so there is nothing to compare it with."
        if ranking.luck is not None:
            verdict = ranking.verdict(self.metric)
            return f"{verdict[0].upper()}{verdict[1:]}."
        if paper is None:
            return f"Trial {best.shown_trial} leads; the paper's weights have no score to compare it with."
        other = ranking.configurations[1] if best is paper else paper
        trial = (other if best is paper else best).shown_trial
        if best.expected == other.expected:
            return f"Trial {trial} and the paper's weights score the same: {_seeds(best, other)}."
        who = f"The paper's weights lead trial {trial}" if best is paper else f"Trial {trial} leads the paper's weights"
        return f"{who} by {self._gap(best, other)}: {_seeds(best, other)}, no proof yet."

    def _gap(self, one: Configuration, other: Configuration) -> str:
        text = difference(self.metric, one.expected - other.expected).removeprefix("+")
        return f"{text} points" if is_share(self.metric) else text

    def table(self, width: int, chosen: Sequence[Configuration] = ()) -> list[str]:
        """The best configuration, the paper's and no translation; or configurations that were chosen.

        Accuracies are means over the trainings that the expected score rests on.
        """
        ranking = self.ranking
        if not chosen:
            chosen = list(dict.fromkeys([ranking.best, *([ranking.paper] if ranking.paper else [])]))
        rows = [self._row(each) for each in chosen]
        without = [_plain(_ACCURACY, self.baseline.get(accuracy_name(name))) for name in self.directions]
        rows.append(["no translation", *without, _plain(self.metric, self.baseline.get(self.metric)), "", "", "", ""])
        unit = "%, validation" if is_share(self.metric) else "validation"
        score = mean_heading(self.metric) if ranking.luck is None else "expected"
        headings = [unit, *arrows(self.directions), score, "95 %", "seeds", "best", "steps"]
        keeps = [9, 6, 5, 8, 7, 4, 3, 2]
        columns = [
            Column(heading, cells, keep, left=keep == 9)
            for heading, keep, *cells in zip(headings, keeps, *rows, strict=True)
        ]
        return table([each for each in columns if any(each.cells)], width)

    def _row(self, each: Configuration) -> list[str]:
        trainings = [self.standings[number] for number in each.judged_trials]
        accuracies = [
            [training.accuracies[name] for training in trainings if name in training.accuracies]
            for name in self.directions
        ]
        half = "" if isnan(each.deviation) else f"±{_plain(self.metric, CERTAIN * each.deviation)}"
        return [
            self._label(each),
            *(_plain(_ACCURACY, fmean(values) if values else None) for values in accuracies),
            _plain(self.metric, each.expected),
            half,
            str(each.seeds) if self.ranking.luck is not None else "",
            probability(each.probability_best),
            str(max(training.step for training in trainings)),
        ]

    def _label(self, each: Configuration) -> str:
        name = f"trial {each.shown_trial}"
        if each.number == PAPER_TRIAL:
            return f"best, the paper's, {name}" if each is self.ranking.best else f"paper, {name}"
        return f"best, {name}" if each is self.ranking.best else name

    def others(self) -> str:
        """What became of the trials that the table does not show, or nothing if there are none."""
        shown_ones = {
            training.trial
            for each in (self.ranking.best, self.ranking.paper)
            if each is not None
            for training in each.trainings
        }
        others = [each for number, each in self.standings.items() if number not in shown_ones]
        stopped = sorted(each.step for each in others if each.state == "PRUNED")
        parts = []
        if stopped:
            low, high = (round(100 * step / self.steps) for step in (stopped[0], stopped[-1]))
            parts.append(f"{len(stopped)} stopped early, at {low}{f' to {high}' if high > low else ''} %")
        for state, word in (("COMPLETE", "ran to the end"), ("FAIL", "failed"), ("RUNNING", "unfinished")):
            if count := sum(each.state == state for each in others):
                parts.append(f"{count} {word}")
        return f"other trials: {', '.join(parts)}" if parts else ""


def weights_line(settings: Mapping[str, Any]) -> str:
    """All weights of complete settings with their names, or an empty text for a method without weights."""
    last, since = final_weights(settings)
    named = [f"{name} {last[name]:.3g}" for name in METHODS[settings["method"]].weight_names]
    return "  ".join(["weights", *named]) + (since and f" {since}") if named else ""


def _seeds(one: Configuration, other: Configuration) -> str:
    """How many seeds a comparison rests on."""
    if one.seeds == other.seeds == 1:
        return "one seed each"
    return f"{one.seeds} {'seed' if one.seeds == 1 else 'seeds'} against {other.seeds}"


def _plain(metric: str, value: float | None) -> str:
    """A value without its unit, which the heading has."""
    return shown(metric, value).removesuffix(" %")


def _points(value: float) -> str:
    return f"{_signed(difference(TARGET, value))} points"


def _signed(text: str) -> str:
    return text.replace("-", "−")
