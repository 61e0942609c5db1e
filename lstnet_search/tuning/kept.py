"""Whose checkpoints a search keeps."""

from collections.abc import Sequence

from lstnet_search.results.front import front
from lstnet_search.results.records import TrialRecord, ranked

KEPT_TRIALS = 5
"""As many of the best trials keep their checkpoints when they have ended, as the last table shows."""


def superfluous(records: Sequence[TrialRecord], metric: str, objectives: Sequence[str]) -> set[int]:
    """Numbers of trials that have ended and are neither among the best nor on the Pareto front.

    Args:
        records: of the study.
        metric: by which trials are ranked.
        objectives: what the study maximises.
    """
    kept = ranked(records, metric)[:KEPT_TRIALS] + (front(records, metric, objectives) if len(objectives) > 1 else [])
    return {record.number for record in records if record.state != "RUNNING"} - {record.number for record in kept}
