"""The race between configurations: which of them is trained with a further seed, and when."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from heapq import nlargest
from typing import Any

from lstnet_search.results.study.configurations import TOLD_APART, Configuration, Training, rank
from lstnet_search.results.study.records import PAPER_TRIAL, State
from lstnet_search.seeding import derive_seed

SHARE = 1 / 3
"""The largest share of the trials that may be repeats."""
FIRST = 2
"""Configurations that must have a whole training before the first repeat."""
_RACING = 256
"""The most configurations that are compared at once: those with the highest scores."""


def seed_of(search_seed: int, index: int) -> int:
    """The seed of each configuration's first training (index 0), of its second (index 1), and so on."""
    return derive_seed(search_seed, "seed", index)


class Race:
    """The configurations of a running search: which are known, and which is to be trained with a further seed.

    The leader is the configuration with the highest expected score. Its rivals are the configurations that are not told
    apart from it: the paper's weights first, then the ones most likely to be better. The next seed goes to one of the
    first two rivals if it has fewer seeds than the leader, and otherwise to the leader. Configurations that are told
    apart from the leader get no further seed.
    """

    def __init__(self, seeds: int) -> None:
        """Race with at most `seeds` seeds per configuration. With one there are no repeats."""
        self.seeds = seeds
        self.known: dict[str, int] = {}
        """The number of each configuration, by the key of its settings."""
        self._trainings: dict[int, list[Training]] = {}
        self.configuration_of: dict[int, int] = {}
        """The number of each trial's configuration."""
        self._started = 0
        self.running = 0
        """The number of trials that have begun and not ended."""

    def begin(self, trial: int, settings: Mapping[str, Any], repeat_of: int | None = None) -> None:
        """Note a trial that begins."""
        number = trial if repeat_of is None else repeat_of
        if trial in self.configuration_of:  # handed out again
            return
        self._started += 1
        self.running += 1
        self.configuration_of[trial] = number
        self.known.setdefault(settings_key(settings), number)
        training = Training(trial, settings["seed"], "RUNNING", float("nan"))
        self._trainings.setdefault(number, []).append(training)

    def end(self, trial: int, state: State, score: float) -> None:
        """Note how a trial ended, and its highest score."""
        trainings = self._trainings[self.configuration_of[trial]]
        (index,) = (index for index, each in enumerate(trainings) if each.trial == trial)
        trainings[index] = replace(trainings[index], state=state, score=score)
        self.running -= 1

    def configurations(self) -> list[Configuration]:
        """All configurations, with the trainings that have begun."""
        return [Configuration(tuple(trainings)) for trainings in self._trainings.values()]

    def begun(self, configuration: int) -> int:
        """The number of trainings of a configuration that have begun."""
        return len(self._trainings[configuration])

    def next(self, *, only_repeats: bool = False) -> int | None:
        """Number of the configuration to train with its next seed now, or None for a new configuration.

        Args:
            only_repeats: whether there is no new configuration, so that repeats may take more than their share.
        """
        repeats = self._started - len(self._trainings)
        if self.seeds == 1 or (not only_repeats and repeats + 1 > SHARE * (self._started + 1)):
            return None
        whole = self._whole()
        if len(whole) < (1 if only_repeats else FIRST):
            return None
        leader, *rivals = _field(whole)
        behind = [number for number in rivals[:2] if self.begun(number) < self.begun(leader)]
        return next((number for number in (*behind, leader, *rivals) if self.begun(number) < self.seeds), None)

    def _whole(self) -> list[Configuration]:
        """The configurations with the highest scores that have a whole training and no failed one."""
        whole = [each for each in self.configurations() if each.scores and not each.failed]
        if len(whole) <= _RACING:
            return whole
        best = nlargest(_RACING, whole, key=lambda each: max(each.scores.values()))
        return sorted(best if whole[0] in best else [whole[0], *best], key=lambda each: each.number)


def _field(whole: Sequence[Configuration]) -> list[int]:
    """Numbers of the leader and of its rivals: the paper's weights, then those most likely to be better."""
    ranking = rank(whole)
    candidates = [each for each in ranking.configurations if ranking.luck is None or each.compared]
    leader = max(candidates, key=lambda each: each.expected)
    if ranking.luck is None:  # the first repeats tell how much is luck
        others = [each.number for each in ranking.configurations if each is not leader]
    else:
        chances = ranking.chances_against(leader)
        others = sorted((number for number in chances if chances[number] > TOLD_APART), key=lambda each: -chances[each])
    return [leader.number, *sorted(others, key=lambda number: number != PAPER_TRIAL)]


def settings_key(settings: Mapping[str, Any]) -> str:
    """A text that equal settings share, whatever their seed. Numbers are rounded: conversions change last digits."""
    return json.dumps({name: _rounded(settings[name]) for name in sorted(settings) if name != "seed"})


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, Mapping):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_rounded(each) for each in value]
    return value
