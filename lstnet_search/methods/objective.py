"""The terms of Eq. 1, unweighted. The caller applies the weights, so that logged values are comparable across trials.

An adversarial term is the sum (not the mean) of its two batch means, in nats. A cycle term is a mean over pixels and
the batch. Logits are (N,); positive means real, or domain 0.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from lstnet_search.config.methods import AdversarialLoss


def adversarial_value(real: Tensor, fake: Tensor) -> Tensor:
    """Mean log D(real) + mean log(1 - D(fake)): J_AN1, J_AN2, J_ANl of Eq. 1; scalar <= 0."""
    return F.logsigmoid(real).mean() + F.logsigmoid(-fake).mean()


@dataclass(frozen=True)
class Adversarial:
    """The losses that each side of an adversarial game minimises.

    Attributes:
        discriminator: from logits of (real, fake) images.
        image_generator: from logits of translated images.
        encoders: from logits of latents of (domain 0, domain 1). The encoders want the opposite labels.
    """

    discriminator: Callable[[Tensor, Tensor], Tensor]
    image_generator: Callable[[Tensor], Tensor]
    encoders: Callable[[Tensor, Tensor], Tensor]


ADVERSARIAL: dict[AdversarialLoss, Adversarial] = {
    "non_saturating": Adversarial(
        discriminator=lambda real, fake: -adversarial_value(real, fake),
        image_generator=lambda fake: -F.logsigmoid(fake).mean(),
        encoders=lambda first, second: -adversarial_value(second, first),
    ),
    "minimax": Adversarial(
        discriminator=lambda real, fake: -adversarial_value(real, fake),
        image_generator=lambda fake: F.logsigmoid(-fake).mean(),
        encoders=adversarial_value,
    ),
    "least_squares": Adversarial(
        discriminator=lambda real, fake: (real - 1).square().mean() + fake.square().mean(),
        image_generator=lambda fake: (fake - 1).square().mean(),
        encoders=lambda first, second: first.square().mean() + (second - 1).square().mean(),
    ),
}


def cycle_consistency(images: Tensor, cycled: Tensor) -> Tensor:
    """Mean absolute error of a round trip: J_CC1 to J_CC4 of Eq. 1.

    Args:
        images: (N, C, S, S) in [-1, 1].
        cycled: the same images after the round trip.

    Raises:
        ValueError: if the shapes differ.
    """
    if images.shape != cycled.shape:  # l1_loss would broadcast with only a warning
        raise ValueError(f"images are {tuple(images.shape)}, cycled {tuple(cycled.shape)}; they must be equal")
    return F.l1_loss(cycled, images)


def discriminator_accuracy(real: Tensor, fake: Tensor) -> Tensor:
    """Share of logits with the correct sign, averaged over real and fake images; scalar in [0, 1]."""
    return ((real > 0).float().mean() + (fake <= 0).float().mean()) / 2
