"""No translation at all: what resizing alone achieves, which every result is printed against."""

from collections.abc import Iterable
from typing import Protocol

from torch import Tensor, nn

from lstnet_search.domains import resize_to
from lstnet_search.models import ImageShape


class HasShape(Protocol):
    """A domain, or the shape of its images."""

    @property
    def channels(self) -> int:
        """Of an image, 1 or 3."""
        ...

    @property
    def side(self) -> int:
        """Height and width of an image, pixels."""
        ...


class Resizing(nn.Module):
    """Takes the place of a translator by giving images the other domain's side and channels, nothing more."""

    def __init__(self, shapes: Iterable[HasShape]) -> None:
        """Resize between two domains, or images of such shapes."""
        super().__init__()
        self._shapes = [ImageShape(each.channels, each.side) for each in shapes]

    def translate(self, images: Tensor, source: int) -> Tensor:
        """Resize images: bilinear up, area down; grey is repeated, colours are averaged.

        Args:
            images: of domain `source`, (N, C, H, W) in [-1, 1].
            source: 0 for the pair's `a`, 1 for its `b`.

        Returns:
            As many images with the other domain's channels and side, in [-1, 1].
        """
        return fit(images, self._shapes[1 - source])


def fit(images: Tensor, shape: ImageShape) -> Tensor:
    """Images (N, C, H, W) in [-1, 1] with the channels and side of a shape."""
    resized = resize_to(images, shape.side)
    if shape.channels == 1:
        return resized.mean(dim=1, keepdim=True)
    return resized.expand(-1, shape.channels, -1, -1)
