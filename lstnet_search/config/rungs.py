"""Where in a training trials are compared, and the poor ones stopped."""

REDUCTION_FACTOR = 3
"""One of so many goes on from each rung."""


def rungs(steps: int) -> tuple[int, int]:
    """Steps of the rungs of a whole training of `steps`: a sixth and a half."""
    first = max(1, steps // 6)
    return first, REDUCTION_FACTOR * first
