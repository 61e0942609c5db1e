"""The baseline without translation: images are resized, and nothing is trained."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from lstnet_search.domains import IMAGES_ONLY
from lstnet_search.methods.base import Problem
from lstnet_search.methods.resizing import Resizing


class NoTranslation:
    """A `Method` whose only step does nothing, so that the baseline runs through the same code as other methods."""

    metrics: tuple[str, ...] = ()
    inputs = IMAGES_ONLY

    def __init__(self, problem: Problem, device: torch.device) -> None:
        """Build the resizing."""
        self._device = device
        self.evaluated: nn.Module = Resizing(problem.shapes)

    def use_weights(self, weights: Mapping[str, float]) -> None:
        """Do nothing: the objective has no weights."""

    def begin_step(self, taken: int) -> None:
        """Do nothing: nothing depends on the steps."""

    def step(self, x_a: Tensor, x_b: Tensor) -> Tensor:
        """Do nothing: nothing is trained or measured."""
        return torch.zeros(0, device=self._device)

    @property
    def modules(self) -> dict[str, nn.Module]:
        """Empty: there are no networks with weights."""
        return {}

    @property
    def optimisers(self) -> dict[str, torch.optim.Optimizer]:
        """Empty."""
        return {}
