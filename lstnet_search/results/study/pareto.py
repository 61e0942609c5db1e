"""The Pareto front of a search with several objectives."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from lstnet_search.results.study.configurations import Ranking
from lstnet_search.results.study.records import TrialRecord


def front(ranking: Ranking, records: Sequence[TrialRecord], metric: str, objectives: Sequence[str]) -> Ranking:
    """Configurations that no other dominates.

    One configuration dominates another if it is better in one objective and not worse in any. A configuration with
    several seeds is judged by the means over its whole trainings.

    Args:
        ranking: The configurations of a search, ranked by `metric`.
        records: Trials of the search.
        metric: Each trial is judged at its best report by this metric, because that report's network is kept.
        objectives: Metrics to maximise.

    Returns:
        The front in the order of the ranking. Configurations with equal objectives are all in it.
    """
    by_number = {record.number: record for record in records}
    points = [
        (each, _values([by_number[number] for number in each.judged_trials], metric, objectives))
        for each in ranking.configurations
    ]
    on_front = [each for each, values in points if not any(_dominates(other, values) for _, other in points)]
    return replace(ranking, configurations=on_front)


def _values(trainings: Sequence[TrialRecord], metric: str, objectives: Sequence[str]) -> tuple[float, ...]:
    best = [report for record in trainings if (report := record.best(metric)) is not None]
    return tuple(fmean(report.metrics[name] for report in best) for name in objectives)


def _dominates(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(mine >= theirs for mine, theirs in zip(one, other, strict=True))
