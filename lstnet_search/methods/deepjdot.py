"""DeepJDOT: features and labels are transported together, by an optimal plan a batch (Damodaran et al., ECCV 2018)."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from lstnet_search.config import DeepJDOTConfig
from lstnet_search.methods.base import Problem
from lstnet_search.methods.builders import adam, exact, placed, seeded, update
from lstnet_search.methods.deepjdot_network import JointNetwork
from lstnet_search.methods.per_direction import Adaptation
from lstnet_search.seeding import derive_seed

DECAY = 0.1


class DeepJDOTAdaptation(Adaptation):
    """One direction of DeepJDOT: first the labelled domain alone, then both, with an optimiser each."""

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
        """Build the network that is to label images of domain `source`."""
        self._autocast = autocast
        self._config = config
        self.weights = config.weights
        network = seeded(
            derive_seed(config.seed, "labeller", source),
            lambda: JointNetwork(problem.shapes, problem.classes, config.width, config.pool_stride),
        )
        self.network: JointNetwork = placed(network, device)
        self.others = {}
        self._pretraining = adam(self.network, config, config.pretraining_rate)
        self._adapting = adam(self.network, config)
        self.optimisers = {"pretraining": self._pretraining, "adaptation": self._adapting}

    def step(self, images: Tensor, labelled: Tensor, labels: Tensor, *noise: Tensor) -> Tensor:
        """Update the network; see `Adaptation`. While the labelled domain is seen alone, transport measures 0."""
        if updates(self._pretraining) < self._config.pretraining_steps:
            return self._pretrain(labelled, labels)
        with self._autocast():
            features, logits = self.network(torch.cat((self.network.fit(labelled), self.network.fit(images))))
        (there, here), (said, guessed) = exact(features).chunk(2), exact(logits).chunk(2)
        # The label of each labelled image against the prediction for each image.
        distances = squared_distances(there, here)
        disagreements = -F.log_softmax(guessed, 1)[:, labels].T
        plan = transport(self.weights["alpha"] * distances.detach() + self.weights["lam"] * disagreements.detach())
        classification = F.cross_entropy(said, labels)
        moved, relabelled = (plan * distances).sum(), (plan * disagreements).sum()
        for group in self._adapting.param_groups:
            decay = DECAY if updates(self._adapting) >= self._config.decay_after else 1
            group["lr"] = self._config.learning_rate * decay
        update(self._adapting, classification + self.weights["alpha"] * moved + self.weights["lam"] * relabelled)
        return torch.stack((classification, moved, relabelled)).detach()

    def _pretrain(self, labelled: Tensor, labels: Tensor) -> Tensor:
        count = self._config.pretraining_batch_size
        with self._autocast():
            _, logits = self.network(self.network.fit(labelled[:count]))
        loss = F.cross_entropy(exact(logits), labels[:count])
        update(self._pretraining, loss)
        return F.pad(loss.detach().view(1), (0, 2))


def squared_distances(first: Tensor, second: Tensor) -> Tensor:
    """Between all rows of (N, D) and (M, D): (N, M), >= 0."""
    squares = first.square().sum(1, keepdim=True) + second.square().sum(1)
    return (squares - 2 * first @ second.T).clamp(min=0)


def transport(costs: Tensor) -> Tensor:
    """The optimal plan between uniform masses, on the costs' device.

    Args:
        costs: (N, M).

    Returns:
        (N, M), >= 0; a row sums to 1 / N, a column to 1 / M. Where costs are not finite there is none, but NaN,
        with which the training ends as diverged.
    """
    import ot  # half a second, which other methods need not wait for

    table = costs.double().cpu().numpy()
    if not np.isfinite(table).all():
        return torch.full_like(costs, torch.nan)
    plan = torch.from_numpy(ot.emd([], [], table))  # empty masses are uniform
    return plan.to(costs.device, costs.dtype)


def updates(optimiser: torch.optim.Optimizer) -> int:
    """How many steps an optimiser has taken, also in an earlier process."""
    state = optimiser.state.get(optimiser.param_groups[0]["params"][0], {})
    return int(state.get("step", 0))
