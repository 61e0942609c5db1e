"""Plain resizing in place of translation: the baseline that every result is compared with."""

from collections.abc import Iterable
from typing import Protocol

from torch import Tensor, nn

from lstnet_search.domains import resize_to
from lstnet_search.models import ImageShape


class HasShape(Protocol):
    """Anything with an image shape, such as a domain."""

    @property
    def channels(self) -> int:
        """Image channels, 1 or 3."""
        ...

    @property
    def side(self) -> int:
        """Image height and width in pixels."""
        ...


class Resizing(nn.Module):
    """Stands in for a translator: it only gives images the other domain's side and channels."""

    def __init__(self, shapes: Iterable[HasShape]) -> None:
        """Resize between two domains, or between two image shapes."""
        super().__init__()
        self._shapes = [ImageShape(each.channels, each.side) for each in shapes]

    def translate(self, images: Tensor, source: int) -> Tensor:
        """Resize images: bilinear up, area down. Grey is repeated into three channels, colours are averaged into one.

        Args:
            images: images of domain `source`, (N, C, H, W) in [-1, 1].
            source: 0 for the pair's `a`, 1 for its `b`.

        Returns:
            The images with the other domain's channels and side, in [-1, 1].
        """
        return match_shape(images, self._shapes[1 - source])


def match_shape(images: Tensor, shape: ImageShape) -> Tensor:
    """Convert images (N, C, H, W) in [-1, 1] to the channels and side of a shape."""
    resized = resize_to(images, shape.side)
    if shape.channels == 1:
        return resized.mean(dim=1, keepdim=True)
    return resized.expand(-1, shape.channels, -1, -1)
