"""Which trials keep their checkpoints."""

from collections.abc import Sequence

from lstnet_search.results.study.configurations import ranked_by
from lstnet_search.results.study.pareto import front
from lstnet_search.results.study.records import TrialRecord, ranked

KEPT_TRIALS = 5
"""How many of the best ended trials keep their checkpoints, and how many of the likely best configurations."""


def discardable_trials(records: Sequence[TrialRecord], metric: str, objectives: Sequence[str]) -> set[int]:
    """Numbers of ended trials whose checkpoints may be deleted.

    Those of the best trials stay, those of the best trial of each likely best configuration and of the paper's weights,
    which may come first later, and those on the Pareto front.

    Args:
        records: records of the study.
        metric: metric that ranks the trials.
        objectives: what the study maximises.
    """
    ended = [record for record in records if record.state != "RUNNING"]  # a running trial may still fail
    ranking = ranked_by(ended, metric)
    likely = [*ranking.configurations[:KEPT_TRIALS], *([ranking.paper] if ranking.paper else [])]
    if len(objectives) > 1:
        likely += front(ranking, ended, metric, objectives).configurations
    kept = {record.number for record in ranked(ended, metric)[:KEPT_TRIALS]} | {each.best_trial for each in likely}
    return {record.number for record in ended} - kept
