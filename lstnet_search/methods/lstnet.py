"""LSTNet: how its networks take one training step (Friedjungova et al., ESANN 2020, Eq. 1)."""

import torch
from torch import Tensor

from lstnet_search.domains import IMAGES_ONLY
from lstnet_search.methods.builders import at_least_float32, update, update_discriminators
from lstnet_search.methods.objective import cycle_consistency
from lstnet_search.methods.translating import TranslationMethod

LOSSES = ("an1", "an2", "anl", "cc1", "cc2", "cc3", "cc4")
METRICS = (
    *(f"loss_{name}" for name in LOSSES),
    *(f"generator_loss_{name}" for name in LOSSES[:3]),
    *(f"discriminator_accuracy_{name}" for name in ("1", "2", "l")),
)
"""Names of the values that `LSTNet.step` returns, in order."""


class LSTNet(TranslationMethod):
    """The networks and optimisers of one training.

    On every batch, the discriminators are updated first, then encoders and generators. The discriminators' update
    does not change the translations, so they are computed once: detached for the first update, with their graph for
    the second.
    """

    metrics = METRICS
    inputs = IMAGES_ONLY

    def step(self, x_a: Tensor, x_b: Tensor) -> Tensor:
        """Update discriminators, then encoders and generators, on a batch of each domain.

        Args:
            x_a: real images of domain 0, (B, C, S, S) in [-1, 1].
            x_b: the same number of real images of domain 1.

        Returns:
            The values named by `metrics`, float32 on the device, without gradients. Losses are unweighted and have
            the signs of Eq. 1.
        """
        net = self.translator
        with self._autocast():
            z_a, z_b = net.encode(x_a, 0), net.encode(x_b, 1)
            shared_a, shared_b = net.decode(z_a), net.decode(z_b)
            x_aa, x_ab = net.render(shared_a, 0), net.render(shared_a, 1)
            x_ba, x_bb = net.render(shared_b, 0), net.render(shared_b, 1)
            x_aba = net.generate(net.encode(x_ab, 1), 0)
            x_bab = net.generate(net.encode(x_ba, 0), 1)

        values, accuracies = self._update_discriminators((x_a, x_b), (x_ba.detach(), x_ab.detach()), (z_a, z_b))

        self.discriminators.requires_grad_(False)
        with self._autocast():
            fake_a = self.discriminators.image(x_ba, 0)
            fake_b = self.discriminators.image(x_ab, 1)
            latent_a, latent_b = self.discriminators.latent(torch.cat((z_a, z_b))).chunk(2)
        self.discriminators.requires_grad_(True)
        adversarial = (
            self._adversarial.image_generator(at_least_float32(fake_a)),
            self._adversarial.image_generator(at_least_float32(fake_b)),
            self._adversarial.encoders(at_least_float32(latent_a), at_least_float32(latent_b)),
        )
        cycles = (
            cycle_consistency(x_a, at_least_float32(x_aa)),
            cycle_consistency(x_b, at_least_float32(x_bb)),
            cycle_consistency(x_a, at_least_float32(x_aba)),
            cycle_consistency(x_b, at_least_float32(x_bab)),
        )
        w = self._weights
        weighted = w["w1"] * adversarial[0] + w["w2"] * adversarial[1] + w["wl"] * adversarial[2]
        weighted = weighted + w["w3"] * cycles[0] + w["w4"] * cycles[1] + w["w5"] * cycles[2] + w["w6"] * cycles[3]
        update(self.translator_optimiser, self.anchored(weighted, x_a, x_b, x_ab, x_ba))
        return torch.stack((*values, *cycles, *adversarial, *accuracies)).detach()

    def _update_discriminators(
        self, real: tuple[Tensor, Tensor], fake: tuple[Tensor, Tensor], latents: tuple[Tensor, Tensor]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Update D1, D2 and Dl; see `update_discriminators`."""
        with self._autocast():
            logits = [
                at_least_float32(self.discriminators.image(torch.cat((x, y)), domain)).chunk(2)
                for domain, (x, y) in enumerate(zip(real, fake, strict=True))
            ]
            logits.append(at_least_float32(self.discriminators.latent(torch.cat(latents).detach())).chunk(2))
        return update_discriminators(self._adversarial, logits, self.discriminator_optimiser)
