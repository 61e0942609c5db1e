"""Networks that label images directly, without translating them."""

from collections.abc import Iterable, Mapping
from typing import cast

from torch import Tensor, nn


class DirectionNetwork(nn.Module):
    """A network of one direction: it is trained with labels of one domain to label images of the other."""

    def label(self, images: Tensor, domain: int) -> tuple[Tensor, Tensor]:
        """Features (N, D) and logits (N, K) of images (N, C, S, S) in [-1, 1] of a domain, 0 or 1."""
        raise NotImplementedError


class Labeller(nn.Module):
    """The networks of all directions that were trained."""

    def __init__(self, networks: Mapping[int, DirectionNetwork]) -> None:
        """Hold networks, keyed by the domain, 0 or 1, whose images they label."""
        super().__init__()
        self.networks = nn.ModuleDict({str(source): network for source, network in networks.items()})

    @property
    def sources(self) -> tuple[int, ...]:
        """The domains whose images can be labelled."""
        return tuple(map(int, self.networks))

    @staticmethod
    def sources_of(names: Iterable[str]) -> tuple[int, ...]:
        """The `sources` of a labeller, read from the names of the tensors in its state."""
        found = (name.split(".")[1] for name in names if name.startswith("networks."))
        return tuple(map(int, dict.fromkeys(found)))

    def label(self, images: Tensor, source: int) -> tuple[Tensor, Tensor]:
        """Features (N, D) and logits (N, K) of images (N, C, S, S) in [-1, 1] of domain `source`."""
        return cast(DirectionNetwork, self.networks[str(source)]).label(images, source)
