"""Names of the metrics that a search can maximise."""

TARGET = "target_accuracy"
"""The oracle score: it reads labels of the images that are translated."""

CRITERIA = ("neg_entropy", "infomax", "bnm", "snd", "class_ami", "round_trip", "agreement")
"""Label-free criteria: higher is better, and no label of a translated image is read."""

LABEL_FREE = "infomax"
"""What a search maximises where the oracle score cannot be known."""


def accuracy_name(direction: str) -> str:
    """The oracle accuracy of one direction, named as `DomainPair.directions` has it."""
    return f"val_accuracy_{direction}"


def selectable(domains: tuple[str, str]) -> tuple[str, ...]:
    """All metrics that trials of two domains can be ranked by, those of the directions searched first."""
    a, b = domains
    directions = (f"{a}_to_{b}", f"{b}_to_{a}")
    names = (TARGET, *CRITERIA)
    return names + tuple(
        name for each in directions for name in (accuracy_name(each), *(f"{one}_{each}" for one in CRITERIA))
    )
