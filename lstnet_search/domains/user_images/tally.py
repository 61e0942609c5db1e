"""Counts what was changed in a user's images, and describes it."""

from collections import Counter
from dataclasses import dataclass

from lstnet_search.config.reading import Fit
from lstnet_search.domains.user_images.decoding import BLACK, Decoded
from lstnet_search.errors import listed

_HALF_OF_16_BITS = 2**15


@dataclass(frozen=True)
class Target:
    """What images are converted to.

    Attributes:
        channels: 1 or 3. Colours are averaged to grey; grey is repeated.
        side: height and width, in pixels.
        fit: how images become squares.
        ground: brightness of transparent pixels, 0 to 255.
    """

    channels: int
    side: int
    fit: Fit = "stretch"
    ground: int = BLACK


class Tally:
    """Counts of images that were read.

    Attributes:
        read: images that could be read.
        unreadable: the others, each as "name (reason)".
        sizes: how many images had each height and width.
        channels: how many were grey (1) and in colour (3).
        low: the darkest of all pixels, 0 to 255.
        high: the brightest of all pixels.
    """

    def __init__(self, pixels: bool = False) -> None:
        """Count nothing yet.

        Args:
            pixels: whether to look at the pixels of all images; otherwise only at those of files with 16 bits.
        """
        self._pixels = pixels
        self.read = 0
        self.unreadable: list[str] = []
        self.sizes: Counter[tuple[int, int]] = Counter()
        self.channels: Counter[int] = Counter()
        self.low, self.high = 255.0, 0.0
        self._deep_low, self._deep_high = 255.0, 0.0  # of files with 16 bits
        self._transparent = self._several = self._deep = 0
        self._sum_of_means = 0.0

    @property
    def seen(self) -> int:
        """All images, readable or not."""
        return self.read + len(self.unreadable)

    @property
    def mean(self) -> float:
        """Mean of the images' means."""
        return self._sum_of_means / max(self.read, 1)

    def add(self, decoded: Decoded) -> None:
        """Count an image that was read."""
        header, values = decoded.header, decoded.values
        self.read += 1
        self.sizes[header.size] += 1
        self.channels[header.channels] += 1
        self._transparent += header.transparent
        self._several += header.several
        self._deep += header.bits == 16
        if self._pixels or header.bits == 16:
            low, high = values.min().item(), values.max().item()
            self.low, self.high = min(self.low, low), max(self.high, high)
            if header.bits == 16:
                self._deep_low, self._deep_high = min(self._deep_low, low), max(self._deep_high, high)
            self._sum_of_means += values.float().mean().item()

    def add_unreadable(self, name: str, reason: str) -> None:
        """Count an image that cannot be read."""
        self.unreadable.append(f"{name} ({reason})")

    def unreadable_names(self) -> str:
        """The first images that cannot be read, with the reasons."""
        return listed(self.unreadable)

    @property
    def depth_problem(self) -> str | None:
        """What is odd about the values of 16-bit files, such as that they look like 12-bit data; None if nothing."""
        largest = round(self.high * 257)
        if not self._deep or self._deep < self.read or largest >= _HALF_OF_16_BITS:
            return None
        bits = max(largest.bit_length(), 1)
        return (
            f"the files have 16 bits per pixel, but values only from {round(self.low * 257)} to {largest}, as data of "
            f"{bits} bits have; multiply the values by {2 ** (16 - bits)} and save them again"
        )

    def remarks(self, target: Target, options: bool = False) -> list[str]:
        """What the user should know about the images that were read, one sentence per remark.

        Args:
            target: what they were converted to.
            options: whether to name the option that would change it.
        """
        found = []
        recoloured = self.channels[4 - target.channels]
        if recoloured:
            how = "in colour and were averaged to grey" if target.channels == 1 else "grey and were repeated in RGB"
            found.append(f"{recoloured} of {self.read} images were {how}")
        resized = {size: count for size, count in self.sizes.items() if size != (target.side, target.side)}
        if resized:
            found.append(self._resized(Counter(resized), target, options))
        if self._transparent:
            ground, ink = ("black", "bright") if target.ground == BLACK else ("white", "dark")
            found.append(
                f"{self._transparent} of {self.read} images have transparent pixels, which were made {ground}, because "
                f"the others are {ink}"
            )
        if self._deep:
            low, high = round(self._deep_low * 257), round(self._deep_high * 257)
            found.append(
                f"{self._deep} of {self.read} files have 16 bits per pixel, with values from {low} to {high}, which "
                "were brought to 8 bits"
            )
        if self._several:
            found.append(f"{self._several} of {self.read} files have several pages or frames; only the first was read")
        return found

    def _resized(self, resized: Counter[tuple[int, int]], target: Target, options: bool) -> str:
        kinds = listed((f"{count} of {width}x{height}" for (height, width), count in resized.most_common()), most=3)
        remark = f"{resized.total()} of {self.read} images were resized to {target.side}x{target.side} ({kinds})"
        if any(height != width for height, width in resized):
            remark += {
                "stretch": ", stretched where they were not square",
                "crop": ", cropped to their middle where they were not square",
                "pad": ", padded with the colour of their border where they were not square",
            }[target.fit]
            if options and target.fit == "stretch":
                remark += "; --fit crop and --fit pad keep proportions"
        if options and max(max(size) for size in resized) > target.side:
            remark += "; --side sets another side"
        return remark
