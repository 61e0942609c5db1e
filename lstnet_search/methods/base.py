"""What training, evaluation and search know of a method."""

from collections.abc import Mapping
from typing import Protocol

import torch
from torch import Tensor, nn


class Method(Protocol):
    """Networks of one training and how they take a step."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of what `step` measures, in its order."""
        ...

    @property
    def modules(self) -> dict[str, nn.Module]:
        """All networks by name."""
        ...

    @property
    def optimisers(self) -> dict[str, torch.optim.Optimizer]:
        """All optimisers by name."""
        ...

    @property
    def translator(self) -> nn.Module:
        """The part that is evaluated and exported."""
        ...

    def use_weights(self, weights: Mapping[str, float]) -> None:
        """Take the next steps with other weights of the objective, by name."""
        ...

    def step(self, x_a: Tensor, x_b: Tensor) -> Tensor:
        """Update on a batch of each domain, (B, C, S, S) in [-1, 1]; returns what `metrics` names."""
        ...
