"""UNIT: LSTNet's networks with a variational latent space (Liu, Breuel, Kautz, NeurIPS 2017)."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor

from lstnet_search.config import UNITConfig
from lstnet_search.domains import Inputs
from lstnet_search.methods.base import Problem
from lstnet_search.methods.builders import exact, update, update_discriminators
from lstnet_search.methods.translating import Translating
from lstnet_search.models.architecture import LATENT_SIDE

METRICS = (
    *("loss_gan1", "loss_gan2", "loss_kl", "loss_reconstruction", "loss_cycle_kl", "loss_cycle_reconstruction"),
    *("generator_loss_gan1", "generator_loss_gan2"),
    *("discriminator_accuracy_1", "discriminator_accuracy_2"),
)
"""What `UNIT.step` measures, in its order."""


class UNIT(Translating):
    """Networks and optimisers of one training.

    There is no discriminator of latents: they are normal with unit variance around what an encoder gives, and
    a divergence draws them to one normal distribution. When images are translated nothing is added.
    """

    metrics = METRICS

    def __init__(
        self,
        config: UNITConfig,
        problem: Problem,
        device: torch.device,
        autocast: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Build the networks; see `LSTNet`."""
        super().__init__(config, problem, device, autocast, latent=False)
        side = LATENT_SIDE[config.latent_stride]
        self.inputs = Inputs(noise=((self.translator.latent_channels, side, side),) * 4)

    def step(self, x_a: Tensor, x_b: Tensor, *noise: Tensor) -> Tensor:
        """Update discriminators, then encoders and generators, on a batch of each domain.

        Args:
            x_a: real images of domain 0, (B, C, S, S) in [-1, 1].
            x_b: of domain 1, as many.
            noise: of the latents of x_a, x_b and their translations, (B, L, 7, 7), or (B, L, 3, 3), each.

        Returns:
            What `metrics` names, float32 on the device, without a gradient; losses unweighted.
        """
        net = self.translator
        with self._autocast():
            mean_a, mean_b = net.encode(x_a, 0), net.encode(x_b, 1)
            shared_a, shared_b = net.decode(mean_a + noise[0]), net.decode(mean_b + noise[1])
            x_aa, x_ab = net.render(shared_a, 0), net.render(shared_a, 1)
            x_ba, x_bb = net.render(shared_b, 0), net.render(shared_b, 1)
            mean_ab, mean_ba = net.encode(x_ab, 1), net.encode(x_ba, 0)
            x_aba = net.generate(mean_ab + noise[2], 0)
            x_bab = net.generate(mean_ba + noise[3], 1)

            fakes = x_ba, x_ab
            logits = [
                exact(self.discriminators.image(torch.cat((real, fake.detach())), domain)).chunk(2)
                for domain, (real, fake) in enumerate(zip((x_a, x_b), fakes, strict=True))
            ]
        values, shares = update_discriminators(self._adversarial, logits, self.discriminator_optimiser)

        self.discriminators.requires_grad_(False)
        with self._autocast():
            said = [self.discriminators.image(fake, domain) for domain, fake in enumerate(fakes)]
        self.discriminators.requires_grad_(True)
        games = [self._adversarial.image_generator(exact(each)) for each in said]
        terms = {
            "gan1": games[0],
            "gan2": games[1],
            "kl": divergence(exact(mean_a)) + divergence(exact(mean_b)),
            "reconstruction": squared_error(x_a, exact(x_aa)) + squared_error(x_b, exact(x_bb)),
            "cycle_kl": divergence(exact(mean_ab)) + divergence(exact(mean_ba)),
            "cycle_reconstruction": squared_error(x_a, exact(x_aba)) + squared_error(x_b, exact(x_bab)),
        }
        update(self.translator_optimiser, torch.stack([self._weights[name] * terms[name] for name in terms]).sum())
        return torch.stack((*values, *list(terms.values())[2:], *games, *shares)).detach()


def divergence(means: Tensor) -> Tensor:
    """Of normal latents of unit variance around means, (N, L, S, S), from ones around 0: nats an image, mean of N."""
    return means.square().flatten(1).sum(1).mean() / 2


def squared_error(images: Tensor, again: Tensor) -> Tensor:
    """Sum over the pixels of an image, mean over images: (N, C, S, S) both."""
    return (again - images).square().flatten(1).sum(1).mean()
