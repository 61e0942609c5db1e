"""The common part of the methods that train the translator of Table 1 against discriminators."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import nn

from lstnet_search.config import TranslationConfig
from lstnet_search.methods.base import Problem
from lstnet_search.methods.builders import adam, build_parts
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
        self._autocast = autocast
        self._adversarial = ADVERSARIAL[config.adversarial_loss]
        self._weights = config.weights
        self.translator, self.discriminators = build_parts(config, problem, device, latent=latent)
        self.translator_optimiser = adam(self.translator, config)
        self.discriminator_optimiser = adam(self.discriminators, config)

    def use_weights(self, weights: Mapping[str, float]) -> None:
        """Change all weights of the objective, given by name, for the next steps."""
        self._weights = dict(weights)

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
