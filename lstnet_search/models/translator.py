"""Encoders and generators of both domains, which share the layers next to the latent space."""

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from lstnet_search.models.architecture import ENCODER, GENERATOR, SHARED_ENCODER, SHARED_GENERATOR, filters
from lstnet_search.models.blocks import encoder_stack, generator_stack


@dataclass(frozen=True)
class ImageShape:
    """Channels and side of a domain's images."""

    channels: int
    side: int


class Translator(nn.Module):
    """E1, E2, G1, G2 of Table 1; domain 0 is the paper's X1, domain 1 its X2.

    A shared layer shares weights, BatchNorm parameters and running statistics.
    """

    def __init__(
        self, shapes: tuple[ImageShape, ImageShape], width: float, latent_stride: int, momentum: float
    ) -> None:
        """Build both sides.

        Args:
            shapes: of the images of both domains; sides must be in `SIDES`.
            width: factor on every filter count but the last layer's.
            latent_stride: 1 (a 7×7 latent) or 3 (3×3).
            momentum: of BatchNorm, in PyTorch's sense.
        """
        super().__init__()
        shared_encoder = SHARED_ENCODER[latent_stride]
        shared_generator = SHARED_GENERATOR[latent_stride]
        own_width = filters(ENCODER[28][-1], width)
        self.latent_channels = filters(shared_encoder[-1], width)
        self.encoders = nn.ModuleList(
            encoder_stack(shape.channels, ENCODER[shape.side], width, momentum) for shape in shapes
        )
        self.shared_encoder = encoder_stack(own_width, shared_encoder, width, momentum)
        self.shared_generator = generator_stack(self.latent_channels, shared_generator, width, momentum)
        shared_width = filters(shared_generator[-1], width)
        self.generators = nn.ModuleList(
            nn.Sequential(
                generator_stack(shared_width, GENERATOR[shape.side], width, momentum),
                nn.ConvTranspose2d(filters(GENERATOR[shape.side][-1], width), shape.channels, 1),
                nn.Tanh(),
            )
            for shape in shapes
        )

    @torch.no_grad()
    def start_at(self, means: tuple[Tensor, Tensor]) -> None:
        """Have both generators give about the mean image of their domain, before any training.

        Args:
            means: of each domain's images over pixels, a value a channel, (C,) in [-1, 1].
        """
        for generator, mean in zip(self.generators, means, strict=True):
            bias = cast(nn.Sequential, generator)[-2].bias
            cast(Tensor, bias).copy_(mean.clamp(-0.99, 0.99).atanh())

    def encode(self, images: Tensor, domain: int) -> Tensor:
        """Latents (N, L, 7, 7), or (N, L, 3, 3), of images (N, C, S, S) in [-1, 1] of a domain."""
        latents: Tensor = self.shared_encoder(self.encoders[domain](images))
        return latents

    def decode(self, latents: Tensor) -> Tensor:
        """What the shared generator makes of latents, (N, 256 · width, 7, 7)."""
        shared: Tensor = self.shared_generator(latents)
        return shared

    def render(self, shared: Tensor, domain: int) -> Tensor:
        """Images (N, C, S, S) in [-1, 1] of a domain, from what `decode` gave."""
        images: Tensor = self.generators[domain](shared)
        return images

    def generate(self, latents: Tensor, domain: int) -> Tensor:
        """Images (N, C, S, S) in [-1, 1] of a domain, from latents."""
        return self.render(self.decode(latents), domain)

    def translate(self, images: Tensor, source: int) -> Tensor:
        """Images of domain `source`, (N, C, S, S) in [-1, 1], as images of the other domain."""
        return self.generate(self.encode(images, source), 1 - source)

    def forward(self, images: Tensor, source: int) -> Tensor:
        """`translate`."""
        return self.translate(images, source)


def build_translator(
    shapes: tuple[ImageShape, ImageShape], width: float, latent_stride: int, momentum: float, seed: int
) -> Translator:
    """A translator with PyTorch's initial weights, drawn from a seed without touching the global generator."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Translator(shapes, width, latent_stride, momentum)
