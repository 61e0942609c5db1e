"""Exponential moving average of a network's weights."""

import copy

import torch
from torch import Tensor, nn


class Average:
    """A copy of a network whose parameters and buffers are moving averages. It is evaluated in the network's place.

    The decay after t updates is min(decay, (1 + t) / (10 + t)). Without this ramp, the initial parameters would
    dominate for hundreds of steps.
    """

    def __init__(self, source: nn.Module, decay: float) -> None:
        """Start from the current weights of the source. With a decay of 0, `module` is the source itself."""
        self._decay = decay
        self.module = source if decay == 0 else copy.deepcopy(source).requires_grad_(False)
        pairs = [*zip(_tensors(self.module), _tensors(source), strict=True)]
        self._averages = [average for average, _ in pairs if average.is_floating_point()]
        self._sources = [tensor for _, tensor in pairs if tensor.is_floating_point()]

    @torch.no_grad()
    def update(self, updates: int) -> None:
        """Move towards the source; `updates` is the number of earlier updates."""
        if self._decay > 0:
            decay = min(self._decay, (1 + updates) / (10 + updates))
            torch._foreach_lerp_(self._averages, self._sources, 1 - decay)


def _tensors(module: nn.Module) -> list[Tensor]:
    return [*module.parameters(), *module.buffers()]
