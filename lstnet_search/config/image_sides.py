"""Sides of images that networks are built for."""

SIDES = (14, 16, 28, 32)
"""Height and width, pixels: the paper's two, and one more each way by the rule of its Table 1."""


def side_for(height: int, width: int) -> int:
    """The side that images of some size are brought to: the one nearest to the longer side, of two the larger."""
    longer = max(height, width)
    return min(SIDES, key=lambda side: (abs(side - longer), -side))
