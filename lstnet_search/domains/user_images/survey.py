"""Looks at the headers of a user's images, to decide how all of them are read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from statistics import fmean

from lstnet_search.domains.formats.source import ImageSource
from lstnet_search.domains.user_images.decoding import BLACK, WHITE, content_of, header_of, ink_of

_INK_SAMPLES = 100
_DARK = 128
"""Ink whose mean brightness is less than this gets a white ground."""


@dataclass(frozen=True)
class Survey:
    """What the headers say. Images that cannot be read do not count.

    Attributes:
        sizes: how many images have each height and width.
        channels: how many are grey (1) and in colour (3).
        ground: brightness for transparent pixels: white if the opaque pixels are dark, else black.
    """

    sizes: Mapping[tuple[int, int], int]
    channels: Mapping[int, int]
    ground: int

    @property
    def shape(self) -> tuple[int, int, int] | None:
        """Channels, height and width; None if sizes differ. Channels are 3 if any image is in colour."""
        if len(self.sizes) != 1:
            return None
        ((height, width),) = self.sizes
        return max(self.channels), height, width


def survey(source: ImageSource, most: int | None = None) -> Survey:
    """Look at images.

    Args:
        source: the images.
        most: how many of the first images to look at; None for all.
    """
    sizes: Counter[tuple[int, int]] = Counter()
    channels: Counter[int] = Counter()
    ink: list[float] = []
    count = min(len(source), most or len(source))
    next_sample, gap = 0, max(1, count // _INK_SAMPLES)
    for index, file in enumerate(islice(source, most)):
        try:
            content = content_of(file)
            header = header_of(content)
            if header.transparent and index >= next_sample:
                next_sample = index + gap
                brightness = ink_of(content)
                ink += [] if brightness is None else [brightness]
        except Exception:  # noqa: S112  # nosec B112  # reported when the image is read
            continue
        sizes[header.size] += 1
        channels[header.channels] += 1
    return Survey(sizes, channels, WHITE if ink and fmean(ink) < _DARK else BLACK)
