"""Names of the metrics that a search can maximise."""

from collections.abc import Collection, Mapping, Sequence

from lstnet_search.config.domain_names import domain_name
from lstnet_search.errors import InputError

TARGET = "target_accuracy"
"""The oracle score: it reads labels of the translated images."""

CRITERIA = ("neg_entropy", "infomax", "bnm", "snd", "class_ami", "round_trip", "agreement")
"""Label-free criteria: higher is better, and no label of a translated image is read."""

LABEL_FREE = "infomax"
"""The metric that a search maximises if the oracle score cannot be measured."""


def directions_of(first: str, second: str) -> tuple[str, str]:
    """Names of both directions. In the first one, the second domain's classifier labels images of the first domain.

    Domains may be given as the user named them (`folder:PATH`).
    """
    first, second = domain_name(first), domain_name(second)
    return f"{first}_to_{second}", f"{second}_to_{first}"


def accuracy_name(direction: str) -> str:
    """The metric of one direction's oracle accuracy on validation images."""
    return f"val_accuracy_{direction}"


def swapped_name(direction: str) -> str:
    """The metric that counts the classes that one direction swaps with each other; 0 without an alarm."""
    return f"swapped_{direction}"


def tested_name(direction: str) -> str:
    """The metric of one direction's accuracy on the test set."""
    return f"test_accuracy_{direction}"


def read_name(reader: str | None, metric: str) -> str:
    """The metric of an accuracy by one reader; None stands for the reader that the verdict uses."""
    return metric if reader is None else f"{reader}/{metric}"


def choose_metric(select_by: str | None, measurable: Collection[str], domains: tuple[str, str]) -> str:
    """The metric that a search maximises: the user's choice, else the oracle score, else `LABEL_FREE`.

    Args:
        select_by: the user's choice, or None.
        measurable: names of all metrics that the available labels allow.
        domains: the trials' domains.

    Raises:
        InputError: if the user's choice cannot be measured.
    """
    if select_by is None:
        return TARGET if TARGET in measurable else LABEL_FREE
    if select_by not in measurable:
        allowed = ", ".join(name for name in selectable(domains) if name in measurable)
        raise InputError(f"--select-by {select_by} needs labels that are missing; allowed without them: {allowed}")
    return select_by


def selectable(domains: tuple[str, str]) -> tuple[str, ...]:
    """All metrics that trials of two domains can be ranked by. Metrics over both directions come first."""
    directions = directions_of(*domains)
    return (
        TARGET,
        *CRITERIA,
        *(name for each in directions for name in (accuracy_name(each), *(f"{one}_{each}" for one in CRITERIA))),
    )


def searched_means(metrics: Mapping[str, float], directions: Sequence[str]) -> dict[str, float]:
    """Means of the accuracy and of each criterion over the searched directions.

    Args:
        metrics: values by metric.
        directions: at least one.

    Returns:
        `target_accuracy`, and the criteria by their names without a direction. A mean is left out if one of the
        directions lacks the value.
    """
    per_direction = {TARGET: [accuracy_name(each) for each in directions]}
    per_direction |= {name: [f"{name}_{each}" for each in directions] for name in CRITERIA}
    return {
        mean: sum(metrics[name] for name in names) / len(names)
        for mean, names in per_direction.items()
        if all(name in metrics for name in names)
    }
