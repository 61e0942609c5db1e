"""Methods that train each direction separately. With both directions, each step is one step in each."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from lstnet_search.config import TrialConfig
from lstnet_search.config.metrics import directions_of
from lstnet_search.domains import Inputs
from lstnet_search.methods.base import Problem
from lstnet_search.methods.labeller import DirectionNetwork, Labeller


class Adaptation:
    """The training of one direction: from labels of one domain to labelling images of the other.

    Attributes:
        names: names of the values that a step returns, in order.
        balanced: whether labelled batches hold equally many images of each class.
        noise: shapes of the noise that a step needs per image.
        weights: weights of the objective, by name.
        network: the network that labels.
        other_networks: the remaining networks, by name.
        optimisers: optimisers by name.
    """

    names: ClassVar[tuple[str, ...]]
    balanced: ClassVar[bool] = False
    noise: ClassVar[tuple[tuple[int, ...], ...]] = ()
    weights: dict[str, float]
    network: DirectionNetwork
    other_networks: dict[str, nn.Module]
    optimisers: dict[str, torch.optim.Optimizer]

    def __init__(
        self,
        config: Any,
        problem: Problem,
        source: int,
        device: torch.device,
        autocast: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Build the networks.

        Args:
            config: settings of the method.
            problem: what is known about the data.
            source: domain whose images will be labelled.
            device: where everything lives.
            autocast: makes the mixed-precision context that the networks run in.
        """
        raise NotImplementedError

    def use_weights(self, weights: Mapping[str, float]) -> None:
        """Change all weights of the objective, given by name, for the next steps."""
        self.weights = dict(weights)

    def step(self, images: Tensor, labelled: Tensor, labels: Tensor, *noise: Tensor) -> Tensor:
        """Update the networks on a batch.

        Args:
            images: images of the domain to label, (B, C, S, S) in [-1, 1].
            labelled: the same number of images of the other domain.
            labels: their labels, (B,) int64.
            noise: one tensor for each shape in the attribute `noise`.

        Returns:
            The values named by `names`, without gradients.
        """
        raise NotImplementedError


class PerDirection:
    """A `Method` that consists of one `Adaptation` for each direction with labels."""

    def __init__(
        self,
        kind: type[Adaptation],
        config: TrialConfig,
        problem: Problem,
        device: torch.device,
        autocast: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Build an adaptation for each domain in `problem.sources`.

        Args:
            kind: class of the adaptations.
            config: their settings.
            problem: what is known about the data.
            device: where everything lives.
            autocast: makes the mixed-precision context that the networks run in.
        """
        self._adaptations = {source: kind(config, problem, source, device, autocast) for source in problem.sources}
        self._directions = directions_of(*config.domain_names)
        self._noises = len(kind.noise)
        self._labeller = Labeller({source: each.network for source, each in self._adaptations.items()})
        labelled = tuple(1 - source for source in self._adaptations)
        self.inputs = Inputs(labelled, kind.balanced, kind.noise * len(labelled))
        self.metrics = tuple(
            f"{name}_{self._directions[source]}" for source in self._adaptations for name in kind.names
        )

    def use_weights(self, weights: Mapping[str, float]) -> None:
        """Change all weights of the objective, given by name, for the next steps of every direction."""
        for each in self._adaptations.values():
            each.use_weights(weights)

    def begin_step(self, taken: int) -> None:
        """Do nothing: an adaptation counts its own steps."""

    def step(self, x_a: Tensor, x_b: Tensor, *labelled_and_noise: Tensor) -> Tensor:
        """Update every direction on a batch, as described by `inputs`. Returns the values named by `metrics`."""
        labelled = labelled_and_noise[: 2 * len(self._adaptations)]
        noise = labelled_and_noise[2 * len(self._adaptations) :]
        measured = []
        for index, (source, adaptation) in enumerate(self._adaptations.items()):
            own_noise = noise[index * self._noises : (index + 1) * self._noises]
            measured.append(adaptation.step((x_a, x_b)[source], *labelled[2 * index : 2 * index + 2], *own_noise))
        return torch.cat(measured)

    @property
    def evaluated(self) -> nn.Module:
        """The networks that label."""
        return self._labeller

    @property
    def modules(self) -> dict[str, nn.Module]:
        """All networks by name."""
        return {"labeller": self._labeller} | {
            f"{name}_{self._directions[source]}": network
            for source, each in self._adaptations.items()
            for name, network in each.other_networks.items()
        }

    @property
    def optimisers(self) -> dict[str, torch.optim.Optimizer]:
        """All optimisers by name."""
        return {
            f"{name}_{self._directions[source]}": optimiser
            for source, each in self._adaptations.items()
            for name, optimiser in each.optimisers.items()
        }
