"""Building blocks that the methods share: networks on their device, optimisers, the discriminators' step."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

from lstnet_search.config import TranslationConfig, TrialConfig
from lstnet_search.methods.base import Problem
from lstnet_search.methods.objective import Adversarial, adversarial_value, discriminator_accuracy
from lstnet_search.models import Discriminators, Size, Translator, build_discriminators, build_translator
from lstnet_search.seeding import derive_seed

Network = TypeVar("Network", bound=nn.Module)


def build_parts(
    config: TranslationConfig, problem: Problem, device: torch.device, *, latent: bool = True
) -> tuple[Translator, Discriminators]:
    """Encoders, generators and discriminators of Table 1, initialised from the training's seed.

    Args:
        config: settings of the training.
        problem: if it has means, the generators start from them.
        device: where the networks live.
        latent: whether to build a discriminator of latents.
    """
    size, stride, seed = size_of(config), config.latent_stride, config.seed
    translator = build_translator(
        problem.shapes, size, stride, config.batch_norm_momentum, derive_seed(seed, "translator")
    )
    if problem.means is not None:
        translator.start_at(problem.means)
    discriminators = build_discriminators(
        problem.shapes,
        translator.latent_channels,
        size,
        stride if latent else None,
        derive_seed(seed, "discriminators"),
    )
    return on_device(translator, device), on_device(discriminators, device)


def size_of(config: TranslationConfig) -> Size:
    """How large a training's networks are."""
    return Size(config.width, config.min_filters)


def on_device(network: Network, device: torch.device) -> Network:
    """A network on its device, in the memory layout in which convolutions are fast."""
    return network.to(device).to(memory_format=torch.channels_last)


def build_seeded(seed: int, build: Callable[[], Network]) -> Network:
    """A network with initial weights drawn from a seed. The global random generator is left unchanged."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return build()


def adam(
    module: nn.Module, config: TrialConfig, learning_rate: float | None = None, weight_decay: float = 0
) -> torch.optim.Adam:
    """Adam with the training's settings. A learning rate of None means the one in the settings."""
    first = next(module.parameters())
    capturable = config.cuda_graph and first.is_cuda
    rate: float | Tensor = config.learning_rate if learning_rate is None else learning_rate
    if capturable and isinstance(config, TranslationConfig) and config.cooldown:
        rate = torch.tensor(rate, device=first.device)  # a captured step reads it anew at each replay
    return torch.optim.Adam(
        module.parameters(),
        rate,
        (config.beta1, config.beta2),
        eps=config.adam_epsilon,
        weight_decay=weight_decay,
        fused=True,
        capturable=capturable,
    )


def set_learning_rate(optimiser: torch.optim.Optimizer, value: float) -> None:
    """Set the learning rate for the next steps; on a GPU in place, where a captured step reads it."""
    for group in optimiser.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(value)
        else:
            group["lr"] = value


def update(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    """Take one optimiser step on a loss."""
    optimiser.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    optimiser.step()


def update_discriminators(
    adversarial: Adversarial, logits: Sequence[tuple[Tensor, ...]], optimiser: torch.optim.Optimizer
) -> tuple[list[Tensor], list[Tensor]]:
    """Update discriminators, given their logits of (real, fake) images or of latents of (domain 0, domain 1).

    The weights of the objective are left out: each discriminator appears in one term only, and under Adam a constant
    factor on its gradient changes nothing.

    Returns:
        For each discriminator, the value of its term in Eq. 1 before the update, and its accuracy.
    """
    update(optimiser, torch.stack([adversarial.discriminator(*pair) for pair in logits]).sum())
    with torch.no_grad():
        return [adversarial_value(*pair) for pair in logits], [discriminator_accuracy(*pair) for pair in logits]


def at_least_float32(values: Tensor) -> Tensor:
    """The values in the precision that losses are computed in: bfloat16 becomes float32, other types stay."""
    return values.float() if values.dtype == torch.bfloat16 else values
