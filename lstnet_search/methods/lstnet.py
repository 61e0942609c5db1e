"""LSTNet: how its networks take one step of training (Friedjungova et al., ESANN 2020, Eq. 1)."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor

from lstnet_search.config import LSTNetConfig
from lstnet_search.domains import IMAGES_ALONE
from lstnet_search.methods.base import Problem
from lstnet_search.methods.builders import exact, update, update_discriminators
from lstnet_search.methods.objective import cycle_consistency
from lstnet_search.methods.translating import Translating
from lstnet_search.models import ImageShape

LOSSES = ("an1", "an2", "anl", "cc1", "cc2", "cc3", "cc4")
METRICS = (
    *(f"loss_{name}" for name in LOSSES),
    *(f"generator_loss_{name}" for name in LOSSES[:3]),
    *(f"discriminator_accuracy_{name}" for name in ("1", "2", "l")),
)
"""What `LSTNet.step` measures, in its order."""


class LSTNet(Translating):
    """Networks and optimisers of one training.

    Discriminators go first, both teams on every batch. Translations depend on encoders and
    generators alone, which the discriminators' step leaves as they are, so one graph serves
    both: detached for the first step, gone on with for the second.
    """

    metrics = METRICS
    inputs = IMAGES_ALONE

    def __init__(
        self,
        config: LSTNetConfig,
        shapes: tuple[ImageShape, ImageShape],
        device: torch.device,
        autocast: Callable[[], AbstractContextManager[None]] = nullcontext,
        means: tuple[Tensor, Tensor] | None = None,
    ) -> None:
        """Build the networks.

        Args:
            config: of the training; its `seed` draws the initial weights.
            shapes: of the images of both domains.
            device: where everything lives.
            autocast: makes the context of mixed precision that networks run in.
            means: of each domain's images over pixels, (C,) in [-1, 1], at which the generators
                start; None leaves their last bias to PyTorch.
        """
        super().__init__(config, Problem(shapes, classes=0, means=means), device, autocast)  # no label is looked at

    def step(self, x_a: Tensor, x_b: Tensor) -> Tensor:
        """Update discriminators, then encoders and generators, on a batch of each domain.

        Args:
            x_a: real images of domain 0, (B, C, S, S) in [-1, 1].
            x_b: of domain 1, as many.

        Returns:
            What `metrics` names, float32 on the device, without a gradient: losses unweighted
            and as Eq. 1 has them.
        """
        net = self.translator
        with self._autocast():
            z_a, z_b = net.encode(x_a, 0), net.encode(x_b, 1)
            shared_a, shared_b = net.decode(z_a), net.decode(z_b)
            x_aa, x_ab = net.render(shared_a, 0), net.render(shared_a, 1)
            x_ba, x_bb = net.render(shared_b, 0), net.render(shared_b, 1)
            x_aba = net.generate(net.encode(x_ab, 1), 0)
            x_bab = net.generate(net.encode(x_ba, 0), 1)

        values = self._discriminator_step((x_a, x_b), (x_ba.detach(), x_ab.detach()), (z_a, z_b))

        self.discriminators.requires_grad_(False)
        with self._autocast():
            fake_a = self.discriminators.image(x_ba, 0)
            fake_b = self.discriminators.image(x_ab, 1)
            latent_a, latent_b = self.discriminators.latent(torch.cat((z_a, z_b))).chunk(2)
        self.discriminators.requires_grad_(True)
        games = (
            self._adversarial.image_generator(exact(fake_a)),
            self._adversarial.image_generator(exact(fake_b)),
            self._adversarial.encoders(exact(latent_a), exact(latent_b)),
        )
        cycles = (
            cycle_consistency(x_a, exact(x_aa)),
            cycle_consistency(x_b, exact(x_bb)),
            cycle_consistency(x_a, exact(x_aba)),
            cycle_consistency(x_b, exact(x_bab)),
        )
        w = self._weights
        weighted = w["w1"] * games[0] + w["w2"] * games[1] + w["wl"] * games[2]
        weighted = weighted + w["w3"] * cycles[0] + w["w4"] * cycles[1] + w["w5"] * cycles[2] + w["w6"] * cycles[3]
        update(self.translator_optimiser, weighted)
        return torch.stack((*values[:3], *cycles, *games, *values[3:])).detach()

    def _discriminator_step(
        self, real: tuple[Tensor, Tensor], fake: tuple[Tensor, Tensor], latents: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, ...]:
        """Update D1, D2, Dl; the values of Eq. 1 before the update, then the shares told right."""
        with self._autocast():
            logits = [
                exact(self.discriminators.image(torch.cat((x, y)), domain)).chunk(2)
                for domain, (x, y) in enumerate(zip(real, fake, strict=True))
            ]
            logits.append(exact(self.discriminators.latent(torch.cat(latents).detach())).chunk(2))
        values, shares = update_discriminators(self._adversarial, logits, self.discriminator_optimiser)
        return *values, *shares
