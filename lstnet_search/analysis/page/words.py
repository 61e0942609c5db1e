"""Names of directions, metrics and trials for people."""

from lstnet_search.config.metrics import TARGET
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.study.records import PAPER_TRIAL


def arrow(direction: str) -> str:
    """`mnist_to_usps` as mnist → usps."""
    return direction.replace("_to_", " → ")


def metric_name(study: StudyTables, metric: str) -> str:
    """A metric in words."""
    if metric != TARGET:
        return metric.replace("_", " ")
    direction = study.search["search"].get("direction", "both")
    return "target accuracy" if direction in study.directions else "target accuracy, mean of both directions"


def trial_name(trial: int) -> str:
    """A trial by its number; trial 0 is the paper's."""
    return f"trial {trial}, the paper's" if trial == PAPER_TRIAL else f"trial {trial}"
