"""No translation at all: what resizing alone achieves, which every result is printed against."""

from torch import Tensor, nn

from lstnet_search.domains import DomainPair, resize_to


class Resizing(nn.Module):
    """Takes the place of a translator by giving images the other domain's side and channels, nothing more."""

    def __init__(self, pair: DomainPair) -> None:
        super().__init__()
        self._sides = (pair.a.side, pair.b.side)
        self._channels = (pair.a.channels, pair.b.channels)

    def translate(self, images: Tensor, source: int) -> Tensor:
        """Resize images: bilinear up, area down; grey is repeated, colours are averaged.

        Args:
            images: of domain `source`, (N, C, H, W) in [-1, 1].
            source: 0 for the pair's `a`, 1 for its `b`.

        Returns:
            As many images with the other domain's channels and side, in [-1, 1].
        """
        target = 1 - source
        resized = resize_to(images, self._sides[target])
        if self._channels[target] == 1:
            return resized.mean(dim=1, keepdim=True)
        return resized.expand(-1, self._channels[target], -1, -1)
