"""The image sizes that networks are built for."""

from collections.abc import Mapping

LEAST_SIDE, LARGEST_SIDE = 8, 256
"""The smallest and the largest side, in pixels, that networks are built for."""
LARGEST_DEFAULT = 64
"""A user's larger images are resized to this side unless an option asks for another. With twice the side, a step takes
four times as long."""


def side_for(sizes: Mapping[tuple[int, int], int]) -> int:
    """The side that a user's images are resized to if no option gives one.

    It is the longer side of the images, or the median of the longer sides if they differ, from 8 to 64.

    Args:
        sizes: how many images have each height and width.
    """
    longer = sorted((max(size), count) for size, count in sizes.items())
    half, seen = sum(sizes.values()) / 2, 0
    median = LEAST_SIDE
    for side, count in longer:
        seen += count
        if seen >= half:
            median = side
            break
    return min(max(median, LEAST_SIDE), LARGEST_DEFAULT)
