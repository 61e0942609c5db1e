"""What a study maximises."""

from lstnet_search.config.metrics import accuracy_name
from lstnet_search.config.search import SearchConfig


def objectives(search: SearchConfig, metric: str) -> tuple[str, ...]:
    """Names of metrics: the one that ranks trials, or the accuracies of both directions with `--direction pareto`."""
    if search.direction != "pareto":
        return (metric,)
    return tuple(accuracy_name(direction) for direction in search.directions)
