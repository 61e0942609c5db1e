"""Searches whose tables do not depend on which trials happen to end first: trials are drawn, and told, in rounds."""

from collections.abc import Callable, Iterable
from typing import Any

import optuna
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial

from lstnet_search.config import Space, TrialConfig
from lstnet_search.tuning.protocol import SETTINGS
from lstnet_search.tuning.study.searcher import StudySearch
from lstnet_search.tuning.study.study import Study, reports_of, settings_of

ROUND = 8
"""Trials of a round: as many as one machine has GPUs, whatever this one has."""


class Rounds:
    """Which trial may be drawn, and which end told, when.

    A round is drawn as a whole, once all trials of earlier rounds have been told, so that each of its draws
    knows these and no others. Ends are told in the order of numbers, whenever they come.
    """

    def __init__(self, next_number: int, unfinished: Iterable[int] = (), begun: bool = False) -> None:
        """Begin, or go on.

        Args:
            next_number: of the next trial to be drawn.
            unfinished: numbers of trials that are drawn and not told.
            begun: whether any of these has been handed out, so that no other joins their round.
        """
        self.next = next_number
        self._open = sorted(unfinished)
        self._begun = begun
        self._held: dict[int, Callable[[], None]] = {}

    @property
    def may_draw(self) -> bool:
        """Whether the next trial may be drawn: it begins a round, or belongs to one that has not begun."""
        return not self._open or (not self._begun and self.next % ROUND != 0)

    def drawn(self) -> None:
        """Note that the next trial has been drawn."""
        if not self._open:
            self._begun = False
        self._open.append(self.next)
        self.next += 1

    def handed_out(self) -> None:
        """Note that a trial of the round has begun."""
        self._begun = True

    def ended(self, number: int, tell: Callable[[], None]) -> None:
        """Tell how a trial ended, now or as soon as all that were drawn before it have been told."""
        self._held[number] = tell
        while self._open and self._open[0] in self._held:
            self._held.pop(self._open.pop(0))()


class RoundSearch(StudySearch):
    """A searcher that draws and tells in rounds, each trial with a sampler of its own.

    A sampler's generator would otherwise have come further in one process than in two that did the same.
    """

    def __init__(
        self,
        study: Study,
        space: Space,
        base: TrialConfig,
        *,
        make_sampler: Callable[[int], BaseSampler],
        trained: Callable[[int], bool],
        **options: Any,
    ) -> None:
        """Search a space.

        Args:
            study: as `StudySearch` has it, and so on.
            space: what is searched.
            base: settings that the space does not decide.
            make_sampler: the sampler of a trial, by its number.
            trained: whether a trial of an earlier run has a checkpoint of its last step, by number.
            options: all else that `StudySearch` takes.
        """
        super().__init__(study, space, base, **options)
        self._make_sampler = make_sampler
        self._unfinished = [self._settled(trial) for trial in self._unfinished]
        left = {study.number(trial): trial for trial in self._unfinished}
        begun = any(trial.user_attrs["ray_trial_id"] for trial in left.values())
        self._rounds = Rounds(options["trials"] - self._to_ask, left, begun)
        for number, trial in left.items():
            reports = reports_of(trial)
            # It ended while an earlier one ran, and was to be told after that.
            if reports and reports[-1].step >= settings_of(trial)["steps"] and trained(number):
                self._unfinished.remove(trial)
                self._finish_reported(trial._trial_id, {})

    def suggest(self, trial_id: str) -> dict[str, Any] | None:
        """Settings of the next trial; None while enough are running, or the round is under way."""
        while self._to_ask > 0 and self._rounds.may_draw:
            self._draw()
        if self._to_ask > 0 and not self._unfinished:
            return None
        suggested = super().suggest(trial_id)
        if isinstance(suggested, dict):
            self._rounds.handed_out()
        return suggested

    def _draw(self) -> None:
        self._to_ask -= 1
        self._truth.study.sampler = self._make_sampler(self._rounds.next)
        self._unfinished.append(self._given(self._truth.study.ask()))
        self._rounds.drawn()

    def _settled(self, left: FrozenTrial) -> FrozenTrial:
        """A trial of an earlier run, with the settings that it died before it got."""
        if SETTINGS in left.system_attrs:
            return left
        self._truth.study.sampler = self._make_sampler(self._truth.number(left))
        return self._given(optuna.Trial(self._truth.study, left._trial_id))

    def _given(self, trial: optuna.Trial) -> FrozenTrial:
        with self._truth.together():
            self._truth.give(trial, self._settings(trial), "")
        return self._truth.storage.get_trial(trial._trial_id)

    def _end(self, study_id: int, *how: Any) -> None:
        number = self._truth.number(self._truth.storage.get_trial(study_id))
        self._rounds.ended(number, lambda: super(RoundSearch, self)._end(study_id, *how))
