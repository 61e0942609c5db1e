"""The Pareto front of a search with several objectives."""

from collections.abc import Sequence
from statistics import fmean

from lstnet_search.results.study.configurations import ranked_by
from lstnet_search.results.study.records import TrialRecord


def front(records: Sequence[TrialRecord], metric: str, objectives: Sequence[str]) -> list[TrialRecord]:
    """Configurations that no other dominates, each by its best trial.

    One configuration dominates another if it is better in one objective and not worse in any. A configuration with
    several seeds is judged by the means over its whole trainings.

    Args:
        records: Trials of a search. Those that failed or have no report are left out.
        metric: Each trial is judged at its best report by this metric, because that report's network is kept.
        objectives: Metrics to maximise.

    Returns:
        The front, the likely best by `metric` first. Configurations with equal objectives are all in it.
    """
    by_number = {record.number: record for record in records}
    points = [
        (by_number[each.best_trial], _values([by_number[number] for number in each.judged_trials], metric, objectives))
        for each in ranked_by(records, metric).configurations
    ]
    return [record for record, values in points if not any(_dominates(other, values) for _, other in points)]


def _values(trainings: Sequence[TrialRecord], metric: str, objectives: Sequence[str]) -> tuple[float, ...]:
    best = [report for record in trainings if (report := record.best(metric)) is not None]
    return tuple(fmean(report.metrics[name] for report in best) for name in objectives)


def _dominates(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(mine >= theirs for mine, theirs in zip(one, other, strict=True))
