"""Successive halving whose brackets the caller assigns, and whose rungs can be filled from an earlier run."""

from typing import Any

from ray.tune.experiment import Trial
from ray.tune.schedulers import ASHAScheduler


class AshaWithRungs(ASHAScheduler):
    """Ray's ASHA with access to its brackets and rungs.

    A bracket is given by its index, the number of rungs that it leaves out. Uses `_brackets` and `_trial_info` of
    `ASHAScheduler` and `_rungs` of its brackets (Ray 2.60.0).
    """

    def assign_bracket(self, trial: Trial, bracket: int) -> None:
        """Put a trial into a bracket. Ray draws one from the global generator."""
        self._trial_info[trial.trial_id] = self._brackets[bracket]

    def milestones(self, bracket: int) -> list[int]:
        """Steps of the rungs of a bracket, descending."""
        return [step for step, _ in self._rungs_of(bracket)]

    def fill_rung(self, bracket: int, trial_id: str, step: int, value: float) -> None:
        """Record a report on its rung as `on_trial_result` does, without computing the cutoff, which is slow."""
        for milestone, recorded in self._rungs_of(bracket):
            if step >= milestone and trial_id not in recorded:
                recorded[trial_id] = value
                break

    def rename_on_rungs(self, bracket: int, old_id: str, new_id: str) -> None:
        """Give the reports of one trial id on all rungs to another trial id."""
        for _, recorded in self._rungs_of(bracket):
            if old_id in recorded:
                recorded[new_id] = recorded.pop(old_id)

    def _rungs_of(self, bracket: int) -> list[tuple[int, dict[str, float]]]:
        rungs: Any = self._brackets[bracket]._rungs
        return list(rungs)
