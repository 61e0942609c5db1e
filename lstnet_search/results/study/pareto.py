"""The Pareto front of a search with several objectives."""

from collections.abc import Sequence

from lstnet_search.results.study.records import TrialRecord, ranked


def front(records: Sequence[TrialRecord], metric: str, objectives: Sequence[str]) -> list[TrialRecord]:
    """Trials that no other trial dominates.

    One trial dominates another if it is better in one objective and not worse in any.

    Args:
        records: Trials of a search. Those that failed or have no report are left out.
        metric: Each trial is judged at its best report by this metric, because that report's network is kept.
        objectives: Metrics to maximise.

    Returns:
        The front, best by `metric` first. Trials with equal objectives are all in it.
    """
    points = [(record, _values(record, metric, objectives)) for record in ranked(records, metric)]
    return [record for record, values in points if not any(_dominates(other, values) for _, other in points)]


def _values(record: TrialRecord, metric: str, objectives: Sequence[str]) -> tuple[float, ...]:
    best = record.best(metric)
    assert best is not None
    return tuple(best.metrics[name] for name in objectives)


def _dominates(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(mine >= theirs for mine, theirs in zip(one, other, strict=True))
