"""The interface of a method to training, evaluation and search."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from lstnet_search.domains import Inputs
from lstnet_search.models import ImageShape


@dataclass(frozen=True)
class Problem:
    """What a method knows about the data before training.

    Attributes:
        shapes: image shapes of both domains.
        classes: number of classes.
        sources: domains whose images will be labelled with the help of the other domain's labels: 0, 1 or both.
            Methods that translate always train both directions.
        means: mean image value per channel of each domain, (C,) in [-1, 1], or None if not needed.
        alike: whether resized images of each domain resemble images of the other one.
    """

    shapes: tuple[ImageShape, ImageShape]
    classes: int
    sources: tuple[int, ...] = (0, 1)
    means: tuple[Tensor, Tensor] | None = None
    alike: bool = True


class Method(Protocol):
    """The networks of one training, and the training step."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the values that `step` returns, in order."""
        ...

    @property
    def inputs(self) -> Inputs:
        """What a batch holds in addition to images of both domains."""
        ...

    @property
    def modules(self) -> dict[str, nn.Module]:
        """All networks by name. The evaluated one is called `translator` or `labeller` if it has any weights."""
        ...

    @property
    def optimisers(self) -> dict[str, torch.optim.Optimizer]:
        """All optimisers by name."""
        ...

    @property
    def evaluated(self) -> nn.Module:
        """The network that is evaluated and exported.

        A `Labeller` labels images itself. Any other network has `translate`, and the other domain's classifier
        labels the translations.
        """
        ...

    def use_weights(self, weights: Mapping[str, float]) -> None:
        """Change the weights of the objective, given by name, for the next steps."""
        ...

    def begin_step(self, taken: int) -> None:
        """Set what depends on the number of steps taken so far, such as a learning rate."""
        ...

    @property
    def step(self) -> Callable[..., Tensor]:
        """Update the networks on a batch, which starts with images of each domain, (B, C, S, S) in [-1, 1].

        The batch also holds all random numbers. Returns the values named by `metrics`.
        """
        ...
