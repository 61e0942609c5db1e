"""Trial 0, which no scheduler stops."""

from typing import Any

from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler

from lstnet_search.results.study.records import PAPER_TRIAL
from lstnet_search.tuning.protocol import NUMBER


def protect_trial_0(trial: Trial, result: dict[str, Any], decision: str) -> str:
    """A scheduler's decision on a report, or CONTINUE for trial 0, with which all results are compared."""
    if trial.config[NUMBER] == PAPER_TRIAL and not result.get("done"):
        return str(TrialScheduler.CONTINUE)
    return str(decision)
