"""Whose checkpoints a search keeps."""

from collections.abc import Sequence

from lstnet_search.results.study.pareto import front
from lstnet_search.results.study.records import TrialRecord, ranked

KEPT_TRIALS = 5
"""As many of the best trials keep their checkpoints when they have ended, as the last table shows."""


def superfluous(records: Sequence[TrialRecord], metric: str, objectives: Sequence[str]) -> set[int]:
    """Numbers of trials that have ended and are neither among the best nor on the Pareto front.

    Args:
        records: of the study.
        metric: by which trials are ranked.
        objectives: what the study maximises.
    """
    ended = [record for record in records if record.state != "RUNNING"]  # one that runs may fail yet
    kept = ranked(ended, metric)[:KEPT_TRIALS] + (front(ended, metric, objectives) if len(objectives) > 1 else [])
    return {record.number for record in ended} - {record.number for record in kept}
