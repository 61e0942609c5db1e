"""Methods that adapt one direction per training: both directions are two trainings, whose steps are taken in turn."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from lstnet_search.config import TrialConfig
from lstnet_search.config.metrics import directions_of
from lstnet_search.domains import Inputs
from lstnet_search.methods.base import Problem
from lstnet_search.methods.labeller import Adapted, Labeller


class Adaptation:
    """One direction: labels of one domain, and images of the other, which are to be labelled.

    Attributes:
        names: of what a step measures, in its order.
        balanced: whether labelled batches have equally many images of each class.
        noise: shapes of it that a training takes for an image.
        weights: of the objective, by name.
        network: what labels.
        others: networks beside it, by name.
        optimisers: by name.
    """

    names: ClassVar[tuple[str, ...]]
    balanced: ClassVar[bool] = False
    noise: ClassVar[tuple[tuple[int, ...], ...]] = ()
    weights: dict[str, float]
    network: Adapted
    others: dict[str, nn.Module]
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
            config: the method's own settings.
            problem: what is known of the data.
            source: domain whose images are to be labelled.
            device: where everything is to live.
            autocast: makes the context of mixed precision that networks run in.
        """
        raise NotImplementedError

    def use_weights(self, weights: Mapping[str, float]) -> None:
        """Take the next steps with other weights, all by name."""
        self.weights = dict(weights)

    def step(self, images: Tensor, labelled: Tensor, labels: Tensor, *noise: Tensor) -> Tensor:
        """Update on a batch.

        Args:
            images: of the domain that is to be labelled, (B, C, S, S) in [-1, 1].
            labelled: of the other domain, as many.
            labels: of those, (B,) int64.
            noise: what `Inputs` asks for.

        Returns:
            What `names` names, without a gradient.
        """
        raise NotImplementedError


class Directed:
    """A `Method` made of a training for each direction that there are labels for."""

    def __init__(
        self,
        kind: type[Adaptation],
        config: TrialConfig,
        problem: Problem,
        device: torch.device,
        autocast: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Build a training for each domain that is to be labelled.

        Args:
            kind: of the trainings.
            config: its settings.
            problem: what is known of the data.
            device: where everything is to live.
            autocast: makes the context of mixed precision that networks run in.
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
        """Take the next steps of every direction with other weights, all by name."""
        for each in self._adaptations.values():
            each.use_weights(weights)

    def step(self, x_a: Tensor, x_b: Tensor, *others: Tensor) -> Tensor:
        """Update every direction on a batch; what it takes and returns is as `inputs` and `metrics` have it."""
        labelled, noise = others[: 2 * len(self._adaptations)], others[2 * len(self._adaptations) :]
        measured = []
        for place, (source, adaptation) in enumerate(self._adaptations.items()):
            own = noise[place * self._noises : (place + 1) * self._noises]
            measured.append(adaptation.step((x_a, x_b)[source], *labelled[2 * place : 2 * place + 2], *own))
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
            for name, network in each.others.items()
        }

    @property
    def optimisers(self) -> dict[str, torch.optim.Optimizer]:
        """All optimisers by name."""
        return {
            f"{name}_{self._directions[source]}": optimiser
            for source, each in self._adaptations.items()
            for name, optimiser in each.optimisers.items()
        }
