"""Describes a set of images in numbers."""

from dataclasses import dataclass

import torch

from lstnet_search.domains.checks import MAX_DIGIT_MEAN
from lstnet_search.domains.domain import Domain
from lstnet_search.domains.duplicates import shared_images
from lstnet_search.errors import plain

MIN_BORDER_CONTRAST = 20.0
"""The polarity is unclear if the brightness of border and middle differs by less than this, out of 255."""


@dataclass(frozen=True)
class Description:
    """Numbers about one part of a domain.

    Attributes:
        count: number of images.
        channels: 1 or 3.
        side: height and width, in pixels.
        class_counts: number of images by class name; None if the images are unlabelled.
        low: the darkest of all pixels, 0 to 255.
        high: the brightest of all pixels.
        mean: mean of all pixels.
        border: mean of the outermost pixels.
        middle: mean of the middle half along both axes.
        equal_channels: whether all three channels are equal, so that the images are really grey.
    """

    count: int
    channels: int
    side: int
    class_counts: dict[str, int] | None
    low: int
    high: int
    mean: float
    border: float
    middle: float
    equal_channels: bool

    @property
    def polarity(self) -> str:
        """In words: bright on dark, like the digits of MNIST, dark on bright, or unclear."""
        if abs(self.middle - self.border) < MIN_BORDER_CONTRAST:
            tone = "bright" if self.mean > MAX_DIGIT_MEAN else "dark"
            return f"unclear: border and middle are both {tone}"
        return "bright on dark" if self.middle > self.border else "dark on bright"

    def lines(self) -> list[str]:
        """The description as lines of text."""
        colour = "grey" if self.channels == 1 else "RGB"
        if self.equal_channels:
            colour += ", but all three channels are equal: training is faster if you save the images as grey"
        lines = [f"{self.count} images of {self.side}x{self.side}, {colour}"]
        if self.class_counts is None:
            lines.append("classes: unlabelled")
        else:
            shares = ", ".join(f"{plain(name)}: {count}" for name, count in self.class_counts.items())
            ratio = min(self.class_counts.values()) / max(self.class_counts.values())
            lines.append(f"classes: {len(self.class_counts)} ({shares}); the smallest has {ratio:.0%} of the largest")
        lines.append(f"range: {self.low} to {self.high}, mean {self.mean:.1f}")
        lines.append(f"polarity: {self.polarity} (border {self.border:.0f}, middle {self.middle:.0f})")
        return lines


def split_lines(train: Domain, test: Domain) -> list[str]:
    """Lines on what a domain's files were before conversion, the sizes of its parts, and images in both parts."""
    lines = [f"split: {len(train)} training and {len(test)} test images"]
    if train.read_as is not None:
        size = train.read_as.size
        shape = "different sizes" if size is None else f"{size[1]}x{size[0]}"
        lines.insert(0, f"files: images of {shape}, {'grey' if train.read_as.channels == 1 else 'RGB'}")
    if shared := shared_images(train, test):
        lines.append(
            f"{shared} of {len(test)} test images are also training images, so test accuracies would be too high: "
            "remove them from one part"
        )
    return lines


def describe(domain: Domain) -> Description:
    """Describe a domain from all of its images."""
    means = torch.stack([chunk.to(torch.float32).sum(dim=(0, 1)) for chunk in domain.images.split(4096)]).sum(0)
    means = means.double() / (len(domain) * domain.channels)
    inner = slice(domain.side // 4, domain.side - domain.side // 4)
    outer = torch.ones_like(means, dtype=torch.bool)
    outer[1:-1, 1:-1] = False
    counts = None
    if domain.labels is not None:
        found = torch.bincount(domain.labels, minlength=domain.classes).tolist()
        counts = dict(zip(domain.named_classes(), found, strict=True))
    first, *others = domain.images.unbind(1)
    return Description(
        count=len(domain),
        channels=domain.channels,
        side=domain.side,
        class_counts=counts,
        low=int(domain.images.min()),
        high=int(domain.images.max()),
        mean=means.mean().item(),
        border=means[outer].mean().item(),
        middle=means[inner, inner].mean().item(),
        equal_channels=bool(others) and all(torch.equal(first, other) for other in others),
    )
