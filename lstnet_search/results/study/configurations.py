"""Configurations of a search (trials with equal settings and different seeds), ranked by their expected score."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from lstnet_search.results.formatting import difference, is_share
from lstnet_search.results.study.luck import Luck, luck
from lstnet_search.results.study.records import PAPER_TRIAL, State, TrialRecord

KEEP_PAPER = 0.8
"""The paper's weights rank first unless another configuration is better with at least this probability."""
CERTAIN = 1.96
"""The quantile of the normal distribution at 97.5 %."""
_MORE_SEEDS = "more seeds, not more trials, would tell"
TOLD_APART = 0.025
"""A configuration is told apart from a better one if it is better than that one with at most this probability."""


@dataclass(frozen=True)
class Training:
    """A trial as a training of its configuration.

    Attributes:
        trial: number of the trial.
        seed: seed of the training.
        state: how the trial ended.
        score: its highest score; NaN without reports.
    """

    trial: int
    seed: int
    state: State
    score: float

    @property
    def usable(self) -> bool:
        """Whether it has a score and did not fail."""
        return self.state != "FAIL" and not np.isnan(self.score)


@dataclass(frozen=True)
class Configuration:
    """Trials with equal settings.

    Attributes:
        trainings: its trainings in the order of their trials. The number of the first names the configuration.
        expected: its expected score with a new seed. If the spread between seeds is unknown, the mean over its whole
            trainings (those that ran to the end), or its highest score if there are none.
        deviation: standard deviation of that expectation; NaN if the spread is unknown.
        probability_best: probability that it is the best configuration; NaN if the spread is unknown.
        compared: the scores, by seed, that the expectation rests on.
    """

    trainings: tuple[Training, ...]
    expected: float = float("nan")
    deviation: float = float("nan")
    probability_best: float = float("nan")
    compared: Mapping[int, float] = field(default_factory=dict, hash=False)

    @property
    def number(self) -> int:
        """Number of its first trial."""
        return self.trainings[0].trial

    @property
    def highest(self) -> Mapping[int, float]:
        """Scores by seed, of the whole trainings if there are any, else of all trainings that did not fail."""
        return self.scores or {each.seed: each.score for each in self.trainings if each.usable}

    @property
    def usable(self) -> bool:
        """Whether any of its trainings has a score and did not fail."""
        return any(each.usable for each in self.trainings)

    @property
    def shown_trial(self) -> int:
        """Number of its first trial that has a score and did not fail."""
        return next(each.trial for each in self.trainings if each.usable)

    @cached_property
    def scores(self) -> Mapping[int, float]:
        """Scores of the whole trainings, by seed."""
        return {each.seed: each.score for each in self.trainings if each.state == "COMPLETE" and each.usable}

    @property
    def failed(self) -> bool:
        """Whether a training of it failed."""
        return any(each.state == "FAIL" for each in self.trainings)

    @property
    def seeds(self) -> int:
        """How many seeds its expectation rests on."""
        return len(self.compared or self.scores) or 1

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the expectation; NaN if the spread between seeds is unknown."""
        return self.expected - CERTAIN * self.deviation, self.expected + CERTAIN * self.deviation

    @property
    def whole_trials(self) -> list[int]:
        """Numbers of its whole trainings, or of its best trial if there are none."""
        whole = [each.trial for each in self.trainings if each.state == "COMPLETE" and each.usable]
        return whole or [self.best_trial]

    @property
    def judged_trials(self) -> list[int]:
        """Numbers of those of `whole_trials` that its expectation rests on."""
        compared = {each.trial for each in self.trainings if each.seed in self.compared}
        return [number for number in self.whole_trials if number in compared] or self.whole_trials

    @property
    def best_trial(self) -> int:
        """Number of its trial with the highest score; a whole training comes first."""
        usable = [each for each in self.trainings if each.usable]
        return max(usable, key=lambda each: (each.state == "COMPLETE", each.score, -each.trial)).trial


@dataclass(frozen=True)
class Ranking:
    """The configurations of a search that have a score, the likely best first.

    Attributes:
        configurations: the configurations, ranked.
        luck: what their scores tell; None as long as no spread between seeds is known.
    """

    configurations: Sequence[Configuration]
    luck: Luck | None = None
    _index: Mapping[int, int] = field(default_factory=dict)
    """Number of a configuration -> its index in `luck`."""

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.configurations)

    @property
    def best(self) -> Configuration:
        """The likely best configuration."""
        return self.configurations[0]

    @property
    def paper(self) -> Configuration | None:
        """The configuration with the paper's weights, if it has a score."""
        return next((each for each in self.configurations if each.number == PAPER_TRIAL), None)

    def difference(self, one: Configuration, other: Configuration) -> np.ndarray | None:
        """Draws of the difference between two expected scores, or None if they cannot be compared."""
        if self.luck is None:
            return None
        indices = [self._index.get(each.number, -1) for each in (one, other)]
        return self.luck.difference(*indices) if set(indices) <= set(self.luck.compared.tolist()) else None

    def chances_against(self, one: Configuration) -> dict[int, float]:
        """The probability that each other configuration is better than a given one, by number, as far as it is known.

        Raises:
            ValueError: if no spread between seeds is known.
        """
        if self.luck is None:
            raise ValueError("no spread between seeds is known")
        better = self.luck.probability_better(self._index[one.number])
        compared = set(self.luck.compared.tolist())
        return {
            number: float(better[index])
            for number, index in self._index.items()
            if number != one.number and index in compared
        }

    def may_be_best(self) -> list[Configuration]:
        """The likely best configuration, and those that are not told apart from it."""
        if self.luck is None:
            return list(self.configurations)
        chances = self.chances_against(self.best) if self.best.number in self._index else {}
        return [each for each in self.configurations if each is self.best or chances.get(each.number, 0) > TOLD_APART]

    def verdict(self, metric: str, reference: str = "paper's weights") -> str:
        """What the search has shown and what that rests on, as a sentence.

        Args:
            metric: the metric of the scores.
            reference: what trial 0 has, in the plural.
        """
        if len(self.configurations) == 1:
            return f"only trial {self.best.number} has a score; there is nothing to compare it with"
        if self.luck is None:
            return (
                f"no difference shown between {len(self.configurations)} configurations: with one seed each, luck and "
                "weights cannot be told apart; search longer with --seeds 3 or more, or confirm"
            )
        equals = self.may_be_best()
        if self.best.number != PAPER_TRIAL:
            return self._against_reference(metric, reference, equals)
        if len(equals) > 1:
            other = max(equals[1:], key=lambda each: each.expected)
            return self._no_difference(metric, reference, other, equals)
        return f"the {reference} are better than all {self._others()} ({_seeds(self.best.seeds)}, paired)"

    def _others(self) -> str:
        """The configurations that the best one was compared with, and how many there are in all."""
        if len(self._index) == len(self.configurations):
            return f"other {len(self.configurations) - 1} configurations"
        return f"{len(self._index) - 1} that were compared with them, of {len(self.configurations)} configurations"

    def _compared(self) -> str:
        """How many configurations can be compared, and how many there are."""
        if len(self._index) == len(self.configurations):
            return f"{len(self.configurations)} configurations"
        return f"{len(self._index)} configurations that were compared, of {len(self.configurations)}"

    def _against_reference(self, metric: str, reference: str, equals: Sequence[Configuration]) -> str:
        compared = None if self.paper is None else self.difference(self.best, self.paper)
        if compared is None or self.paper is None:
            return (
                f"trial {self.best.number} is the likely best; the {reference} have no second seed yet, so they "
                "cannot be compared"
            )
        common = _common_seeds(self.best, self.paper)
        if np.quantile(compared, TOLD_APART) <= 0:
            return self._no_difference(metric, reference, self.best, equals)
        if not self._repeats_agree(self.best, self.paper):
            return (
                f"no difference shown between trial {self.best.number} and the {reference}: the lead of "
                f"{_gain(metric, compared, common)} rests on the seed that selected trial {self.best.number}; "
                f"{_MORE_SEEDS}"
            )
        rank = "the best" if len(equals) == 1 else f"among the best {len(equals)}"
        return (
            f"trial {self.best.number} is better than the {reference} by {_gain(metric, compared, common)}; "
            f"it is {rank} of {self._compared()}"
        )

    def _repeats_agree(self, one: Configuration, other: Configuration) -> bool:
        """Whether the later seeds alone show that one configuration is better than another (97.5 %, one-sided).

        The first seed does not count, because its score selected the configuration: it was the best of many, and a
        scheduler stopped trials that were less lucky.
        """
        assert self.luck is not None
        repeats = [seed for seed in one.scores if seed in other.scores and seed != one.trainings[0].seed]
        if not repeats:
            return False
        gained = float(np.mean([one.scores[seed] - other.scores[seed] for seed in repeats]))
        return bool(gained > CERTAIN * self.luck.noise * (2 / len(repeats)) ** 0.5)

    def _no_difference(self, metric: str, reference: str, other: Configuration, equals: Sequence[Configuration]) -> str:
        compared = None if self.paper is None else self.difference(other, self.paper)
        against = ""
        which = "the" if len(equals) == len(self._index) else f"{len(equals)} of"
        if compared is not None and self.paper is not None:
            common = _common_seeds(other, self.paper)
            against = f" (trial {other.number}: {_gain(metric, compared, common)})"
        return (
            f"no difference shown between {which} {self._compared()}, the {reference} among them{against}; "
            f"{_MORE_SEEDS}"
        )


def _gain(metric: str, draws: np.ndarray, seeds: int) -> str:
    """A difference with its 95 % interval and the number of seeds that both have."""
    low, high = (difference(metric, float(end)) for end in np.quantile(draws, (TOLD_APART, 1 - TOLD_APART)))
    points = " points" if is_share(metric) else ""
    return f"{difference(metric, float(draws.mean()))}{points} (95 % {low} to {high}; {_seeds(seeds)}, paired)"


def _common_seeds(one: Configuration, other: Configuration) -> int:
    return len(one.compared.keys() & other.compared.keys())


def _seeds(count: int) -> str:
    return "1 seed" if count == 1 else f"{count} seeds"


def probability(value: float) -> str:
    """A probability in per cent without decimals, or nothing if it is not known."""
    return "" if np.isnan(value) else f"{100 * value:.0f} %"


def group(trainings: Iterable[tuple[int, Training]]) -> list[Configuration]:
    """Group trainings, each given with the number of its configuration, in the order of their trials."""
    groups: dict[int, list[Training]] = {}
    for number, training in sorted(trainings, key=lambda pair: pair[1].trial):
        groups.setdefault(number, []).append(training)
    return [Configuration(tuple(group)) for group in groups.values()]


def configurations_of(records: Sequence[TrialRecord], metric: str) -> list[Configuration]:
    """The configurations of a search, from the records of its trials."""
    return group(
        (
            record.number if record.repeat_of is None else record.repeat_of,
            Training(record.number, record.seed, record.state, _score(record, metric)),
        )
        for record in records
    )


def _score(record: TrialRecord, metric: str) -> float:
    best = record.best(metric)
    return float("nan") if best is None else best.metrics[metric]


def configurations_in(trials: pd.DataFrame, scores: "pd.Series[float]") -> list[Configuration]:
    """The configurations of a search, from its table of trials.

    Args:
        trials: `trials.parquet`.
        scores: score of each trial that has one, by number.
    """
    repeats = trials["repeat_of"] if "repeat_of" in trials else pd.Series(np.nan, trials.index)
    firsts = repeats.where(repeats.notna(), trials["trial"]).astype(int)
    seeds = trials["seed"] if "seed" in trials else trials["trial"]
    found = scores.reindex(trials["trial"]).to_numpy(dtype=float)
    rows = zip(firsts, trials["trial"], seeds, trials["state"], found, strict=True)
    return group(
        (first, Training(int(trial), int(seed), state, float(score))) for first, trial, seed, state, score in rows
    )


def ranked_by(records: Sequence[TrialRecord], metric: str) -> Ranking:
    """The configurations of a search, ranked by a metric."""
    return rank(configurations_of(records, metric))


def rank(configurations: Iterable[Configuration]) -> Ranking:
    """Rank the configurations that have a score by their expected scores; ties go to the earlier one.

    Once the spread between seeds is known, configurations that cannot be compared or have a failed training come last.
    The paper's weights come first unless another configuration is better with a probability of at least `KEEP_PAPER`,
    or they cannot be compared with it.
    """
    usable = [each for each in configurations if each.usable]
    selected = any(each.trainings[0].state == "PRUNED" for each in usable)  # only a user stops repeats
    comparable = {each.number: scores for each in usable if (scores := _comparable(each, selected=selected))}
    judged = _judged(list(comparable.values()))
    index = {} if judged is None else {number: position for position, number in enumerate(comparable)}
    found = [_with_expectation(each, judged, index.get(each.number), comparable) for each in usable]

    def place(each: Configuration) -> tuple[bool, float, int]:
        return (judged is not None and (each.failed or each.number not in index), -each.expected, each.number)

    ranking = Ranking(sorted(found, key=place), judged, index)
    paper = ranking.paper
    if judged is None or paper is None or not paper.scores or paper.failed or ranking.best is paper:
        return ranking
    gain = ranking.difference(ranking.best, paper)
    if gain is None or (gain > 0).mean() >= KEEP_PAPER:  # None: nothing shows how good the paper's weights are
        return ranking
    return Ranking([paper, *(each for each in ranking.configurations if each is not paper)], judged, index)


def _comparable(each: Configuration, *, selected: bool) -> Mapping[int, float]:
    """The scores of a configuration that can be compared with those of others, by seed.

    Args:
        each: the configuration.
        selected: whether any trial was stopped early. The first scores of the other trials are then too high and too
            similar, so only repeats, which are never stopped, show what is luck.
    """
    first = each.trainings[0].seed
    return {seed: score for seed, score in each.scores.items() if seed != first} if selected else each.scores


def _judged(comparable: Sequence[Mapping[int, float]]) -> Luck | None:
    """What the scores of configurations tell, from the scores of each by seed; None if the spread is unknown."""
    columns = {seed: column for column, seed in enumerate(dict.fromkeys(seed for each in comparable for seed in each))}
    scores = np.full((len(comparable), len(columns)), np.nan)
    for row, of_one in enumerate(comparable):
        for seed, score in of_one.items():
            scores[row, columns[seed]] = score
    return luck(scores) if len(comparable) > 1 else None


def _with_expectation(
    each: Configuration, judged: Luck | None, index: int | None, comparable: Mapping[int, Mapping[int, float]]
) -> Configuration:
    if judged is None or index is None:
        expected = float(np.mean(list(each.scores.values()))) if each.scores else max(each.highest.values())
        return replace(each, expected=expected)
    return replace(
        each,
        expected=float(judged.expected[index]),
        deviation=float(judged.deviation[index]),
        probability_best=float(judged.probability_best[index]),
        compared=comparable[each.number],
    )


_RANKED = ("seeds", "expected", "expected_low", "expected_high", "probability_best")
"""Columns with a configuration's expected score, and how sure that is."""


def with_expectations(trials: pd.DataFrame, ranking: Ranking) -> pd.DataFrame:
    """The table of trials with the `_RANKED` columns of each trial's configuration."""
    of_trial = {training.trial: _likely(each) for each in ranking.configurations for training in each.trainings}
    columns = {name: [of_trial.get(trial, {}).get(name) for trial in trials["trial"]] for name in _RANKED}
    added = pd.DataFrame(columns, index=trials.index, dtype=float).astype({"seeds": "Int64"})
    return pd.concat([trials, added], axis=1)


def configurations_table(trials: pd.DataFrame, ranking: Ranking) -> pd.DataFrame:
    """`configurations.parquet`: one row per configuration that has a score, the likely best first."""
    settings = [name for name in map(str, trials.columns) if name.startswith("config/") and name != "config/seed"]
    rows = [
        {"configuration": each.number, "trials": len(each.trainings), "best_trial": each.best_trial} | _likely(each)
        for each in ranking.configurations
    ]
    columns = ["configuration", "trials", "best_trial", *_RANKED]
    table = pd.DataFrame(rows, columns=columns)
    of_first = trials.set_index("trial")[settings].reindex(table["configuration"]).reset_index(drop=True)
    return pd.concat([table, of_first], axis=1)


def _likely(each: Configuration) -> dict[str, float]:
    values = (each.seeds, each.expected, *each.interval, each.probability_best)
    return dict(zip(_RANKED, values, strict=True))
