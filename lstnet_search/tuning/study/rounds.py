"""Searches whose tables do not depend on which trials end first: trials are drawn and recorded in rounds."""

from collections.abc import Callable, Iterable
from typing import Any

import optuna
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState

from lstnet_search.config import Space, TrialConfig
from lstnet_search.tuning.ray_patches.optuna_trials import id_of
from lstnet_search.tuning.study.searcher import StudySearch
from lstnet_search.tuning.study.study import Study, has_settings, reports_of, settings_of

ROUND = 8
"""Trials per round. It is constant, because the tables depend on it and must not depend on the machine."""


class Rounds:
    """Decides when a trial may be drawn and when an end is recorded.

    A round is drawn as a whole when all trials of earlier rounds have been recorded, so its draws learn from exactly
    these trials. Ends are recorded in the order of the trials' numbers, whatever the order in which they happen.
    """

    def __init__(self, next_number: int, unfinished: Iterable[int] = (), begun: bool = False) -> None:
        """Start with the first round, or continue an earlier run.

        Args:
            next_number: number of the next trial to be drawn.
            unfinished: numbers of trials that are drawn and whose ends are not recorded.
            begun: whether any of these was handed out. Then no other trial joins their round.
        """
        self.next = next_number
        self._open = sorted(unfinished)
        self._begun = begun
        self._waiting: dict[int, Callable[[], None]] = {}

    @property
    def may_draw(self) -> bool:
        """Whether the next trial may be drawn: it starts a round, or belongs to a round that has not begun."""
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

    def ended(self, number: int, record: Callable[[], None]) -> None:
        """Record the end of a trial now, or when the ends of all trials before it have been recorded."""
        self._waiting[number] = record
        while self._open and self._open[0] in self._waiting:
            self._waiting.pop(self._open.pop(0))()


class RoundSearch(StudySearch):
    """A searcher that draws and records in rounds, with a new sampler for each trial.

    The state of one sampler's generator would depend on how often the search was interrupted.
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
            study: see `StudySearch`.
            space: see `StudySearch`.
            base: see `StudySearch`.
            make_sampler: makes the sampler of a trial, given its number.
            trained: whether a trial of an earlier run has a checkpoint of its last step, given its number.
            options: the other arguments of `StudySearch`.
        """
        super().__init__(study, space, base, **options)
        self._make_sampler = make_sampler
        self._unfinished = [self._with_settings(trial) for trial in self._unfinished]
        unfinished = {study.number(trial): trial for trial in self._unfinished}
        begun = any(trial.user_attrs["ray_trial_id"] for trial in unfinished.values())
        self._rounds = Rounds(options["trials"] - self._to_ask, unfinished, begun)
        for number, trial in unfinished.items():
            reports = reports_of(trial)
            # It ended while an earlier trial still ran, so its end was not recorded.
            if reports and reports[-1].step >= settings_of(trial)["steps"] and trained(number):
                self._unfinished.remove(trial)
                self._end_with_reports(id_of(trial), {})

    def suggest(self, trial_id: str) -> dict[str, Any] | None:
        """Settings of the next trial, or None while enough trials run or the next round has to wait."""
        while self._rounds.may_draw and self._draw():
            pass
        if self._to_ask > 0 and not self._unfinished:
            return None
        suggested = super().suggest(trial_id)
        if isinstance(suggested, dict):
            self._rounds.handed_out()
        return suggested

    def _draw(self) -> bool:
        """Draw the next trial, and return whether there is one."""
        trial = self._ask()
        if trial is None:
            return False
        self._unfinished.append(self._record_draw(trial))
        self._rounds.drawn()
        return True

    def _ask(self) -> optuna.Trial | None:
        self._study.study.sampler = self._make_sampler(self._rounds.next)
        return super()._ask()

    def _with_settings(self, unfinished: FrozenTrial) -> FrozenTrial:
        """A trial of an earlier run. If that run died before it recorded the settings, they are drawn now."""
        if has_settings(unfinished):
            return unfinished
        self._study.study.sampler = self._make_sampler(self._study.number(unfinished))
        return self._record_draw(optuna.Trial(self._study.study, id_of(unfinished)))

    def _record_draw(self, trial: optuna.Trial) -> FrozenTrial:
        with self._study.one_write():
            self._study.record_settings(trial, self._settings(trial), "")
        return self._study.trial(id_of(trial))

    def _end(self, study_id: int, state: TrialState, values: list[float] | None, attributes: dict[str, Any]) -> None:
        number = self._study.number(self._study.trial(study_id))
        self._rounds.ended(number, lambda: super(RoundSearch, self)._end(study_id, state, values, attributes))
