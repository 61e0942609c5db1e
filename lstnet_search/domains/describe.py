"""What a set of images is like, in numbers."""

from dataclasses import dataclass

import torch

from lstnet_search.domains.checks import BRIGHTEST_MEAN
from lstnet_search.domains.domain import Domain
from lstnet_search.errors import plain

BORDER_MATTERS = 20.0
"""Difference of brightness between border and middle, of 255, below which a polarity is not told."""


@dataclass(frozen=True)
class Description:
    """One part of a domain.

    Attributes:
        count: of images.
        channels: 1 or 3.
        side: height and width, pixels.
        class_counts: images of each class by name; None where nobody labelled.
        low: the darkest of all pixels, 0 to 255.
        high: the brightest.
        mean: of all pixels.
        border: mean of the outermost pixels.
        middle: mean of the inner half each way.
        equal_channels: whether all three channels are the same, so that the images are grey in truth.
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
        """Whether what is shown is bright on dark, as digits of MNIST are."""
        if abs(self.middle - self.border) < BORDER_MATTERS:
            tone = "bright" if self.mean > BRIGHTEST_MEAN else "dark"
            return f"not told: border and middle are alike, {tone} on the whole"
        return "bright on dark" if self.middle > self.border else "dark on bright"

    def lines(self) -> list[str]:
        """All of it for people."""
        colour = "grey" if self.channels == 1 else "RGB"
        if self.equal_channels:
            colour += ", all three channels equal: save the images as grey, and training is faster"
        lines = [f"{self.count} images of {self.side}x{self.side}, {colour}"]
        if self.class_counts is None:
            lines.append("classes: unlabelled")
        else:
            shares = ", ".join(f"{plain(name)}: {count}" for name, count in self.class_counts.items())
            least, most = min(self.class_counts.values()), max(self.class_counts.values())
            lines.append(f"classes: {len(self.class_counts)} ({shares}); the rarest has {least / most:.0%} of the most")
        lines.append(f"range: {self.low} to {self.high}, mean {self.mean:.1f}")
        lines.append(f"polarity: {self.polarity} (border {self.border:.0f}, middle {self.middle:.0f})")
        return lines


def describe(domain: Domain) -> Description:
    """Look at all images."""
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
