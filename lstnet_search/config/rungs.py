"""When trials are compared during training, so that poor ones are stopped."""

REDUCTION_FACTOR = 3
"""After each rung, one in this many trials continues."""


def rungs(steps: int) -> tuple[int, int]:
    """The steps of both rungs in a training of `steps` steps: a sixth and a half."""
    first = max(1, steps // 6)
    return first, REDUCTION_FACTOR * first


def rungs_with(scheduler: str, steps: int) -> tuple[int, ...]:
    """The rungs of a search; none if its scheduler has no rungs."""
    return rungs(steps) if scheduler in ("asha", "hyperband") else ()
