"""The image sizes that networks are built for."""

SIDES = (14, 16, 28, 32)
"""Height and width in pixels: the paper's 16 and 28, plus one smaller and one larger that extend its Table 1."""


def side_for(height: int, width: int) -> int:
    """The side that images are resized to: the nearest to their longer side, or the larger of two equally near ones."""
    longer = max(height, width)
    return min(SIDES, key=lambda side: (abs(side - longer), -side))
