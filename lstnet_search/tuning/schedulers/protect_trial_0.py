"""The one trial that no scheduler stops."""

from typing import Any

from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler

from lstnet_search.results.study.records import PAPER_TRIAL
from lstnet_search.tuning.protocol import NUMBER


def spared(trial: Trial, result: dict[str, Any], decision: str) -> str:
    """A scheduler's decision on a report, but for the paper's weights, with which every result is compared."""
    if trial.config[NUMBER] == PAPER_TRIAL and not result.get("done"):
        return str(TrialScheduler.CONTINUE)
    return str(decision)
