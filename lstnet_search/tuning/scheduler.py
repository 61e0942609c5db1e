"""Trial schedulers: which trials are stopped before their last step."""

from typing import Any, cast

from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import ASHAScheduler, TrialScheduler

from lstnet_search.results.records import PAPER_TRIAL, TrialRecord
from lstnet_search.tuning.searcher import NUMBER, SCORE

REDUCTION_FACTOR = 3


class Asha(ASHAScheduler):
    """Asynchronous successive halving (Li et al. 2020) at a sixth and a half of the steps.

    A third of the trials goes on from each rung. Trial 0, the paper's weights, always does:
    every result is compared with it.
    """

    def __init__(self, steps: int, earlier: list[TrialRecord], metric: str) -> None:
        """Set the rungs.

        Args:
            steps: of a whole training.
            earlier: trials of an earlier run of the search, whose reports fill the rungs.
            metric: what is maximised.
        """
        super().__init__(
            time_attr="step",
            metric=SCORE,
            mode="max",
            max_t=steps,
            grace_period=max(1, steps // 6),
            reduction_factor=REDUCTION_FACTOR,
        )
        for record in earlier:
            for report in record.reports:
                place = cast(Trial, _Place(_earlier_id(record.number)))
                self._brackets[0].on_result(place, report.step, report.metrics[metric])

    def on_trial_add(self, tune_controller: TuneController, trial: Trial) -> None:
        """Take a trial in; one of an earlier run keeps its places on the rungs."""
        super().on_trial_add(tune_controller, trial)
        earlier = _earlier_id(trial.config[NUMBER])
        for _, recorded in self._brackets[0]._rungs:
            if earlier in recorded:
                recorded[trial.trial_id] = recorded.pop(earlier)

    def on_trial_result(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> str:
        """Decide whether a trial goes on after a report."""
        decision = super().on_trial_result(tune_controller, trial, result)
        if trial.config[NUMBER] == PAPER_TRIAL and not result.get("done"):
            return str(TrialScheduler.CONTINUE)
        return str(decision)


class _Place:
    """What a bracket reads of a trial."""

    def __init__(self, trial_id: str) -> None:
        self.trial_id = trial_id


def _earlier_id(number: int) -> str:
    return f"earlier-{number}"
