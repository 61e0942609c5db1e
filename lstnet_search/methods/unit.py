"""UNIT: LSTNet's networks with a variational latent space (Liu, Breuel, Kautz, NeurIPS 2017)."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor

from lstnet_search.config import UNITConfig
from lstnet_search.domains import Inputs
from lstnet_search.methods.base import Problem
from lstnet_search.methods.builders import at_least_float32, update, update_discriminators
from lstnet_search.methods.translating import TranslationMethod
from lstnet_search.models.architecture import LATENT_SIDE

METRICS = (
    *("loss_gan1", "loss_gan2", "loss_kl", "loss_reconstruction", "loss_cycle_kl", "loss_cycle_reconstruction"),
    *("generator_loss_gan1", "generator_loss_gan2"),
    *("discriminator_accuracy_1", "discriminator_accuracy_2"),
)
"""Names of the values that `UNIT.step` returns, in order."""


class UNIT(TranslationMethod):
    """The networks and optimisers of one training.

    There is no discriminator of latents. Latents are normal, with the encoder's output as mean and unit variance, and
    a divergence pulls them towards the standard normal distribution. Translation after training adds no noise.
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
            x_b: the same number of real images of domain 1.
            noise: for the latents of x_a, x_b, x_ab and x_ba, each (B, L, 7, 7) or (B, L, 3, 3).

        Returns:
            The values named by `metrics`, float32 on the device, without gradients. Losses are unweighted.
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
                at_least_float32(self.discriminators.image(torch.cat((real, fake.detach())), domain)).chunk(2)
                for domain, (real, fake) in enumerate(zip((x_a, x_b), fakes, strict=True))
            ]
        values, accuracies = update_discriminators(self._adversarial, logits, self.discriminator_optimiser)

        self.discriminators.requires_grad_(False)
        with self._autocast():
            fake_logits = [self.discriminators.image(fake, domain) for domain, fake in enumerate(fakes)]
        self.discriminators.requires_grad_(True)
        adversarial = [self._adversarial.image_generator(at_least_float32(each)) for each in fake_logits]
        mean_a, mean_b, mean_ab, mean_ba = map(at_least_float32, (mean_a, mean_b, mean_ab, mean_ba))
        x_aa, x_bb, x_aba, x_bab = map(at_least_float32, (x_aa, x_bb, x_aba, x_bab))
        terms = {
            "gan1": adversarial[0],
            "gan2": adversarial[1],
            "kl": divergence(mean_a) + divergence(mean_b),
            "reconstruction": squared_error(x_a, x_aa) + squared_error(x_b, x_bb),
            "cycle_kl": divergence(mean_ab) + divergence(mean_ba),
            "cycle_reconstruction": squared_error(x_a, x_aba) + squared_error(x_b, x_bab),
        }
        weighted = torch.stack([self._weights[name] * terms[name] for name in terms]).sum()
        update(self.translator_optimiser, self.anchored(weighted, x_a, x_b, x_ab, x_ba))
        return torch.stack((*values, *list(terms.values())[2:], *adversarial, *accuracies)).detach()


def divergence(means: Tensor) -> Tensor:
    """KL divergence from the standard normal of normal latents with these means, (N, L, S, S), and unit variance.

    It is in nats per image, averaged over the N images.
    """
    return means.square().flatten(1).sum(1).mean() / 2


def squared_error(images: Tensor, reconstructed: Tensor) -> Tensor:
    """Squared error, summed over the pixels of an image, averaged over images; both are (N, C, S, S)."""
    return (reconstructed - images).square().flatten(1).sum(1).mean()
