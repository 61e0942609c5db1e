"""What training, evaluation and search know of a method."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from lstnet_search.domains import Inputs
from lstnet_search.models import ImageShape


@dataclass(frozen=True)
class Problem:
    """What a method is told of the data.

    Attributes:
        shapes: of the images of both domains.
        classes: number of classes.
        sources: domains whose images are to be labelled as the other domain's are, 0, 1 or both. Methods
            that translate go both ways in any case.
        means: of each domain's images over pixels, (C,) in [-1, 1]; None where it does not matter.
    """

    shapes: tuple[ImageShape, ImageShape]
    classes: int
    sources: tuple[int, ...] = (0, 1)
    means: tuple[Tensor, Tensor] | None = None


class Method(Protocol):
    """Networks of one training and how they take a step."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of what `step` measures, in its order."""
        ...

    @property
    def inputs(self) -> Inputs:
        """What `step` takes beside images of both domains."""
        ...

    @property
    def modules(self) -> dict[str, nn.Module]:
        """All networks by name; the evaluated one is called `translator` or `labeller`, if it has weights at all."""
        ...

    @property
    def optimisers(self) -> dict[str, torch.optim.Optimizer]:
        """All optimisers by name."""
        ...

    @property
    def evaluated(self) -> nn.Module:
        """What labels images of the other domain, and is exported.

        A `Labeller` does it itself; anything else has `translate`, and the other domain's classifier
        labels what it gives.
        """
        ...

    def use_weights(self, weights: Mapping[str, float]) -> None:
        """Take the next steps with other weights of the objective, by name."""
        ...

    @property
    def step(self) -> Callable[..., Tensor]:
        """Update on a batch, which begins with images of each domain, (B, C, S, S) in [-1, 1].

        All that is random comes with the batch. Returns what `metrics` names.
        """
        ...
