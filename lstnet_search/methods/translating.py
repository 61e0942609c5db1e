"""The common part of the methods that train the translator of Table 1 against discriminators."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn

from lstnet_search.config import TranslationConfig
from lstnet_search.methods.anchor import Anchor
from lstnet_search.methods.base import Problem
from lstnet_search.methods.builders import adam, build_parts, set_learning_rate
from lstnet_search.methods.objective import ADVERSARIAL


class TranslationMethod:
    """The networks of one training, with one optimiser for encoders and generators and one for discriminators."""

    def __init__(
        self,
        config: TranslationConfig,
        problem: Problem,
        device: torch.device,
        autocast: Callable[[], AbstractContextManager[None]] = nullcontext,
        *,
        latent: bool = True,
    ) -> None:
        """Build the networks.

        Args:
            config: settings of the training. Its `seed` determines the initial weights.
            problem: what is known about the data.
            device: where everything lives.
            autocast: makes the mixed-precision context that the networks run in.
            latent: whether to build a discriminator of latents.
        """
        self._config = config
        self._autocast = autocast
        self._adversarial = ADVERSARIAL[config.adversarial_loss]
        self._weights = config.weights
        self.translator, self.discriminators = build_parts(config, problem, device, latent=latent)
        self.translator_optimiser = adam(self.translator, config)
        self.discriminator_optimiser = adam(self.discriminators, config)
        anchored = config.anchor > 0 and (problem.alike or config.anchor_unlike)
        self._anchor = Anchor(config, problem.shapes, device) if anchored else None

    def use_weights(self, weights: Mapping[str, float]) -> None:
        """Change all weights of the objective, given by name, for the next steps."""
        self._weights = dict(weights)

    def begin_step(self, taken: int) -> None:
        """Set the weight of the anchored start and the learning rate, given how many steps have been taken."""
        if self._anchor is not None:
            self._anchor.begin_step(taken)
        config = self._config
        if config.cooldown:
            left = (config.steps - taken) / (config.cooldown * config.steps)
            for optimiser in self.optimisers.values():
                set_learning_rate(optimiser, config.learning_rate * min(1.0, left))

    def anchored(self, loss: Tensor, x_a: Tensor, x_b: Tensor, x_ab: Tensor, x_ba: Tensor) -> Tensor:
        """The translator's loss with the term of the anchored start, as long as it has a weight.

        Args:
            loss: the loss without it, scalar.
            x_a: images of domain 0, (B, C, S, S) in [-1, 1].
            x_b: images of domain 1.
            x_ab: `x_a` translated.
            x_ba: `x_b` translated.
        """
        return loss + self._anchor.loss(x_a, x_b, x_ab, x_ba) if self._anchor and self._anchor.active else loss

    @property
    def evaluated(self) -> nn.Module:
        """The translator."""
        return self.translator

    @property
    def modules(self) -> dict[str, nn.Module]:
        """All networks by name."""
        return {"translator": self.translator, "discriminators": self.discriminators}

    @property
    def optimisers(self) -> dict[str, torch.optim.Optimizer]:
        """All optimisers, by the names of their networks."""
        return {"translator": self.translator_optimiser, "discriminators": self.discriminator_optimiser}
