"""Networks that label images themselves, without translating them."""

from collections.abc import Iterable, Mapping
from typing import cast

from torch import Tensor, nn


class Adapted(nn.Module):
    """A network of one direction, trained with labels of one domain for images of the other."""

    def label(self, images: Tensor, domain: int) -> tuple[Tensor, Tensor]:
        """Features (N, D) and logits (N, K) of images (N, C, S, S) in [-1, 1] of a domain, 0 or 1."""
        raise NotImplementedError


class Labeller(nn.Module):
    """A network for each direction that was trained."""

    def __init__(self, networks: Mapping[int, Adapted]) -> None:
        """Keep networks by the domain, 0 or 1, whose images they were adapted to."""
        super().__init__()
        self.networks = nn.ModuleDict({str(source): network for source, network in networks.items()})

    @property
    def sources(self) -> tuple[int, ...]:
        """The domains whose images can be labelled."""
        return tuple(map(int, self.networks))

    @staticmethod
    def sources_of(names: Iterable[str]) -> tuple[int, ...]:
        """`sources` of the labeller whose state has these names."""
        found = (name.split(".")[1] for name in names if name.startswith("networks."))
        return tuple(map(int, dict.fromkeys(found)))

    def label(self, images: Tensor, source: int) -> tuple[Tensor, Tensor]:
        """Features (N, D) and logits (N, K) of images (N, C, S, S) in [-1, 1] of domain `source`."""
        return cast(Adapted, self.networks[str(source)]).label(images, source)
