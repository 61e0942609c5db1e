"""Networks that distinguish real images from translated ones, and the latents of one domain from the other's."""

from typing import cast

import torch
from torch import Tensor, nn

from lstnet_search.models.architecture import LATENT_DISCRIMINATOR, LATENT_SIDE, Pooled, Size, discriminator_layers
from lstnet_search.models.blocks import pooled_stack
from lstnet_search.models.translator import ImageShape


class Discriminator(nn.Module):
    """Convolutions with pooling, then one linear unit. It returns logits; the loss applies the sigmoid."""

    def __init__(self, channels: int, layers: tuple[Pooled, ...], final_side: int, size: Size) -> None:
        super().__init__()
        self.layers = pooled_stack(channels, layers, size)
        self.linear = nn.Linear(size.filters(layers[-1].layer) * final_side**2, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N,) for images or latents (N, C, S, S); positive means real, or domain 0."""
        logits: Tensor = self.linear(self.layers(x).flatten(1))
        return logits.squeeze(1)


class Discriminators(nn.Module):
    """D1, D2 and Dl of Table 1; only D1 and D2 if `latent_stride` is None."""

    def __init__(
        self, shapes: tuple[ImageShape, ImageShape], latent_channels: int, size: Size, latent_stride: int | None
    ) -> None:
        super().__init__()
        self.images = nn.ModuleList(
            Discriminator(shape.channels, discriminator_layers(shape.side), 4, size) for shape in shapes
        )
        if latent_stride is None:
            return
        final_side = -(-LATENT_SIDE[latent_stride] // 2)
        self.latents = Discriminator(latent_channels, LATENT_DISCRIMINATOR, final_side, size)

    def image(self, images: Tensor, domain: int) -> Tensor:
        """Logits (N,) for images (N, C, S, S); positive means a real image of the domain."""
        return cast(Tensor, self.images[domain](images))

    def latent(self, latents: Tensor) -> Tensor:
        """Logits (N,) for latents; positive means encoded from domain 0."""
        return cast(Tensor, self.latents(latents))


def build_discriminators(
    shapes: tuple[ImageShape, ImageShape], latent_channels: int, size: Size, latent_stride: int | None, seed: int
) -> Discriminators:
    """Discriminators with PyTorch's initial weights, drawn with `seed`. The global random generator stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Discriminators(shapes, latent_channels, size, latent_stride)
