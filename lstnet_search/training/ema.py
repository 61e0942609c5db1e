"""Exponential moving average of a network's weights."""

import copy

import torch
from torch import Tensor, nn


class Average:
    """A copy of a network that follows its parameters and buffers, and is evaluated in its place.

    The decay is ramped as min(decay, (1 + t) / (10 + t)) after t updates, without which the
    first weights would count for hundreds of steps.
    """

    def __init__(self, source: nn.Module, decay: float) -> None:
        """Start from the source's present weights; a decay of 0 makes no copy."""
        self._decay = decay
        self.module = source if decay == 0 else copy.deepcopy(source).requires_grad_(False)
        followed = [*zip(_tensors(self.module), _tensors(source), strict=True)]
        self._averages = [mine for mine, _ in followed if mine.is_floating_point()]
        self._sources = [theirs for mine, theirs in followed if mine.is_floating_point()]

    @torch.no_grad()
    def update(self, updates: int) -> None:
        """Follow the source after `updates` earlier updates."""
        if self._decay > 0:
            decay = min(self._decay, (1 + updates) / (10 + updates))
            torch._foreach_lerp_(self._averages, self._sources, 1 - decay)


def _tensors(module: nn.Module) -> list[Tensor]:
    return [*module.parameters(), *module.buffers()]
