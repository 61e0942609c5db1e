"""No translation: images are resized, and nothing is trained."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from lstnet_search.domains import IMAGES_ALONE
from lstnet_search.methods.base import Problem
from lstnet_search.methods.resizing import Resizing


class NoTranslation:
    """A training of one step in which nothing happens, so that whatever trains can hold this baseline."""

    metrics: tuple[str, ...] = ()
    inputs = IMAGES_ALONE

    def __init__(self, problem: Problem, device: torch.device) -> None:
        """Know the shapes."""
        self._device = device
        self.evaluated: nn.Module = Resizing(problem.shapes)

    def use_weights(self, weights: Mapping[str, float]) -> None:
        """There are none."""

    def step(self, x_a: Tensor, x_b: Tensor) -> Tensor:
        """Measure nothing."""
        return torch.zeros(0, device=self._device)

    @property
    def modules(self) -> dict[str, nn.Module]:
        """None has a weight."""
        return {}

    @property
    def optimisers(self) -> dict[str, torch.optim.Optimizer]:
        """None."""
        return {}
