"""The Pareto front of a search for several objectives."""

from collections.abc import Sequence

from lstnet_search.results.study.records import TrialRecord, ranked


def front(records: Sequence[TrialRecord], metric: str, objectives: Sequence[str]) -> list[TrialRecord]:
    """Trials than which no other is better in one objective and no worse in all.

    Args:
        records: of a search; those that failed or have no report are left out.
        metric: whose best report speaks for a trial, for it is that report's network that is kept.
        objectives: metrics, each to be high.

    Returns:
        Best by `metric` first. Of trials with equal objectives all are there.
    """
    points = [(record, _values(record, metric, objectives)) for record in ranked(records, metric)]
    return [record for record, values in points if not any(_dominates(other, values) for _, other in points)]


def _values(record: TrialRecord, metric: str, objectives: Sequence[str]) -> tuple[float, ...]:
    best = record.best(metric)
    assert best is not None
    return tuple(best.metrics[name] for name in objectives)


def _dominates(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(mine >= theirs for mine, theirs in zip(one, other, strict=True))
