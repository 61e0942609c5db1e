"""How pages and figures name directions, metrics and trials, and how they print means and commands."""

import shlex

from lstnet_search.config.metrics import TARGET
from lstnet_search.results.confirmation.record import RecordedCandidate
from lstnet_search.results.folder.search_record import RecordedSearch
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import mean_with_half_width, percent
from lstnet_search.results.study.records import PAPER_TRIAL


def arrow(direction: str) -> str:
    """`mnist_to_usps` as mnist → usps."""
    return direction.replace("_to_", " → ")


def metric_name(study: StudyTables, metric: str) -> str:
    """A metric in words."""
    if metric != TARGET:
        return metric.replace("_", " ")
    direction = study.search.direction
    return "target accuracy" if direction in study.directions else "target accuracy, mean of both directions"


def trial_name(search: RecordedSearch, trial: int) -> str:
    """A trial by its number; for trial 0, also what it has."""
    return f"trial {trial}, {search.reference}" if trial == PAPER_TRIAL else f"trial {trial}"


def mean_shown(candidate: RecordedCandidate, metric: str = TARGET) -> str:
    """The mean of a candidate's test accuracies ± half of the 95 % interval, such as `95.30 ± 0.50 %`.

    Args:
        candidate: a candidate of a confirmation.
        metric: the target accuracy or the test accuracy of a direction. The result is a dash if it has no mean.
    """
    found = candidate.metrics.get(metric)
    return percent(None) if found is None else mean_with_half_width(found.mean, found.half_width)


def command(*arguments: str) -> str:
    """A command of this package as a user would type it."""
    return shlex.join(["lstnet-search", *arguments])
