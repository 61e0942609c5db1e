"""What a study maximises."""

from lstnet_search.config.search import SearchConfig
from lstnet_search.evaluation.accuracy import metric_name
from lstnet_search.tuning.searcher import METRIC


def objectives(search: SearchConfig) -> tuple[str, ...]:
    """Names of metrics: the one that trials are stopped and ranked by, or the accuracies of both directions."""
    if search.direction != "pareto":
        return (METRIC,)
    return tuple(metric_name(direction) for direction in search.directions)
