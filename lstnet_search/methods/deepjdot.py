"""DeepJDOT: optimal transport of features and labels together, with a plan per batch (Damodaran et al., ECCV 2018)."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from lstnet_search.config import DeepJDOTConfig
from lstnet_search.methods.base import Problem
from lstnet_search.methods.builders import adam, at_least_float32, build_seeded, on_device, update
from lstnet_search.methods.deepjdot_network import JointNetwork
from lstnet_search.methods.per_direction import Adaptation
from lstnet_search.seeding import derive_seed

DECAY = 0.1


class DeepJDOTAdaptation(Adaptation):
    """One direction of DeepJDOT: pretraining on the labelled domain, then adaptation on both. Each has an optimiser."""

    names = ("loss_classification", "loss_feature_transport", "loss_label_transport")
    balanced = True

    def __init__(
        self,
        config: DeepJDOTConfig,
        problem: Problem,
        source: int,
        device: torch.device,
        autocast: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Build the network for labelling images of domain `source`."""
        self._autocast = autocast
        self._config = config
        self.weights = config.weights
        network = build_seeded(
            derive_seed(config.seed, "labeller", source),
            lambda: JointNetwork(problem.shapes, problem.classes, config.width, config.pool_stride),
        )
        self.network: JointNetwork = on_device(network, device)
        self.other_networks = {}
        self._pretraining = adam(self.network, config, config.pretraining_rate)
        self._adapting = adam(self.network, config)
        self.optimisers = {"pretraining": self._pretraining, "adaptation": self._adapting}

    def step(self, images: Tensor, labelled: Tensor, labels: Tensor, *noise: Tensor) -> Tensor:
        """Update the network; see `Adaptation`. During pretraining, both transport losses are 0."""
        if updates(self._pretraining) < self._config.pretraining_steps:
            return self._pretrain(labelled, labels)
        net = self.network
        with self._autocast():
            features, logits = net(torch.cat((net.as_input(labelled), net.as_input(images))))
        labelled_features, features = at_least_float32(features).chunk(2)
        labelled_logits, logits = at_least_float32(logits).chunk(2)
        # Cross-entropy of each labelled image's label and the prediction for each unlabelled image.
        distances = squared_distances(labelled_features, features)
        disagreements = -F.log_softmax(logits, 1)[:, labels].T
        plan = transport(self.weights["alpha"] * distances.detach() + self.weights["lam"] * disagreements.detach())
        classification = F.cross_entropy(labelled_logits, labels)
        of_features, of_labels = (plan * distances).sum(), (plan * disagreements).sum()
        for group in self._adapting.param_groups:
            decay = DECAY if updates(self._adapting) >= self._config.decay_after else 1
            group["lr"] = self._config.learning_rate * decay
        update(self._adapting, classification + self.weights["alpha"] * of_features + self.weights["lam"] * of_labels)
        return torch.stack((classification, of_features, of_labels)).detach()

    def _pretrain(self, labelled: Tensor, labels: Tensor) -> Tensor:
        count = self._config.pretraining_batch_size
        with self._autocast():
            _, logits = self.network(self.network.as_input(labelled[:count]))
        loss = F.cross_entropy(at_least_float32(logits), labels[:count])
        update(self._pretraining, loss)
        return F.pad(loss.detach().view(1), (0, 2))


def squared_distances(first: Tensor, second: Tensor) -> Tensor:
    """Squared distances, (N, M), >= 0, between all rows of (N, D) and of (M, D)."""
    squares = first.square().sum(1, keepdim=True) + second.square().sum(1)
    return (squares - 2 * first @ second.T).clamp(min=0)


def transport(costs: Tensor) -> Tensor:
    """The optimal transport plan between uniform masses, on the costs' device.

    Args:
        costs: (N, M).

    Returns:
        (N, M), >= 0. Each row sums to 1 / N, each column to 1 / M. If any cost is not finite, the plan is all NaN,
        which ends the training as diverged.
    """
    import ot  # imported here, because it takes half a second that other methods should not pay

    table = costs.double().cpu().numpy()
    if not np.isfinite(table).all():
        return torch.full_like(costs, torch.nan)
    plan = torch.from_numpy(ot.emd([], [], table))  # empty lists mean uniform masses
    return plan.to(costs.device, costs.dtype)


def updates(optimiser: torch.optim.Optimizer) -> int:
    """How many steps an optimiser has taken, including those before a resume."""
    state = optimiser.state.get(optimiser.param_groups[0]["params"][0], {})
    return int(state.get("step", 0))
