"""Names of the metrics that a search can maximise."""

from collections.abc import Collection

from lstnet_search.config.domain_names import name_of
from lstnet_search.errors import InputError

TARGET = "target_accuracy"
"""The oracle score: it reads labels of the images that are translated."""

TARGET_STD = "target_accuracy_std"
"""Standard deviation of the oracle score over the repeats of a trial, of a sample; where there are several."""

CRITERIA = ("neg_entropy", "infomax", "bnm", "snd", "class_ami", "round_trip", "agreement")
"""Label-free criteria: higher is better, and no label of a translated image is read."""

LABEL_FREE = "infomax"
"""What a search maximises where the oracle score cannot be known."""


def directions_of(first: str, second: str) -> tuple[str, str]:
    """Names of both directions, of the first domain to the second first; the second labels images of the first.

    Domains may be given by name or as they are asked for (`folder:PATH`).
    """
    first, second = name_of(first), name_of(second)
    return f"{first}_to_{second}", f"{second}_to_{first}"


def accuracy_name(direction: str) -> str:
    """The oracle accuracy of one direction, named as `directions_of` has it."""
    return f"val_accuracy_{direction}"


def tested_name(direction: str) -> str:
    """The accuracy of one direction on the test set, named as `directions_of` has it."""
    return f"test_accuracy_{direction}"


def choose_metric(select_by: str | None, known: Collection[str], domains: tuple[str, str]) -> str:
    """What a search maximises: what is asked for, else the oracle score, else `LABEL_FREE`.

    Args:
        select_by: what is asked for, None for nothing.
        known: names of all that can be measured with the labels that there are.
        domains: of the trials.

    Raises:
        InputError: if what is asked for cannot be measured.
    """
    if select_by is None:
        return TARGET if TARGET in known else LABEL_FREE
    if select_by not in known:
        allowed = ", ".join(name for name in selectable(domains) if name in known)
        raise InputError(f"--select-by {select_by} needs labels that there are not; without them: {allowed}")
    return select_by


def selectable(domains: tuple[str, str]) -> tuple[str, ...]:
    """All metrics that trials of two domains can be ranked by, those of the directions searched first."""
    directions = directions_of(*domains)
    names = (TARGET, *CRITERIA)
    return names + tuple(
        name for each in directions for name in (accuracy_name(each), *(f"{one}_{each}" for one in CRITERIA))
    )
