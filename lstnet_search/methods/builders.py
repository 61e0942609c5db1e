"""What methods are put together from: networks on their device, optimisers, a discriminators' step."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

from lstnet_search.config import TranslationConfig, TrialConfig
from lstnet_search.methods.base import Problem
from lstnet_search.methods.objective import Adversarial, adversarial_value, told_right
from lstnet_search.models import Discriminators, Translator, build_discriminators, build_translator
from lstnet_search.seeding import derive_seed

Network = TypeVar("Network", bound=nn.Module)


def build_parts(
    config: TranslationConfig, problem: Problem, device: torch.device, *, latent: bool = True
) -> tuple[Translator, Discriminators]:
    """Encoders, generators and discriminators of Table 1, drawn from the seed of a training.

    Args:
        config: of the training.
        problem: the generators start at its means, if it has any.
        device: where they are to live.
        latent: whether there is a discriminator of latents.
    """
    width, stride, seed = config.width, config.latent_stride, config.seed
    translator = build_translator(
        problem.shapes, width, stride, config.batch_norm_momentum, derive_seed(seed, "translator")
    )
    if problem.means is not None:
        translator.start_at(problem.means)
    discriminators = build_discriminators(
        problem.shapes,
        translator.latent_channels,
        width,
        stride if latent else None,
        derive_seed(seed, "discriminators"),
    )
    return placed(translator, device), placed(discriminators, device)


def placed(network: Network, device: torch.device) -> Network:
    """A network on its device, in the memory layout in which convolutions are fast."""
    return network.to(device).to(memory_format=torch.channels_last)


def seeded(seed: int, make: Callable[[], Network]) -> Network:
    """A network with initial weights from a seed, the global generator untouched."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return make()


def adam(
    module: nn.Module, config: TrialConfig, learning_rate: float | None = None, weight_decay: float = 0
) -> torch.optim.Adam:
    """Adam of a network as the settings have it; None takes their learning rate."""
    capturable = config.cuda_graph and next(module.parameters()).is_cuda
    return torch.optim.Adam(
        module.parameters(),
        config.learning_rate if learning_rate is None else learning_rate,
        (config.beta1, config.beta2),
        eps=config.adam_epsilon,
        weight_decay=weight_decay,
        fused=True,
        capturable=capturable,
    )


def update(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    """Take one step down a loss."""
    optimiser.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    optimiser.step()


def update_discriminators(
    adversarial: Adversarial, logits: Sequence[tuple[Tensor, ...]], optimiser: torch.optim.Optimizer
) -> tuple[list[Tensor], list[Tensor]]:
    """Update discriminators on what they said of (real, fake), or of latents.

    The weights are left out: each discriminator stands in one term, and under Adam a factor on its
    gradient changes nothing.

    Returns:
        The values of Eq. 1 before the update, and the shares told right.
    """
    update(optimiser, torch.stack([adversarial.discriminator(*pair) for pair in logits]).sum())
    with torch.no_grad():
        return [adversarial_value(*pair) for pair in logits], [told_right(*pair) for pair in logits]


def exact(values: Tensor) -> Tensor:
    """What losses are computed from: float32 where networks run in bfloat16."""
    return values.float() if values.dtype == torch.bfloat16 else values
