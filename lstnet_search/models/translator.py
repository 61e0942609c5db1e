"""The encoders and generators of both domains, which share the layers next to the latent space."""

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from lstnet_search.models.architecture import (
    SHARED_ENCODER,
    SHARED_GENERATOR,
    Size,
    encoder_layers,
    generator_layers,
)
from lstnet_search.models.blocks import normalised_stack


@dataclass(frozen=True)
class ImageShape:
    """Number of channels, and height and width in pixels, of a domain's images."""

    channels: int
    side: int


class Translator(nn.Module):
    """E1, E2, G1 and G2 of Table 1; domain 0 is the paper's X1, domain 1 its X2.

    A shared layer has one set of weights, BatchNorm parameters and running statistics for both domains.
    """

    def __init__(self, shapes: tuple[ImageShape, ImageShape], size: Size, latent_stride: int, momentum: float) -> None:
        """Build all four networks.

        Args:
            shapes: image shapes of both domains; sides are from 8 to 256.
            size: how large the networks are.
            latent_stride: 1 for a 7×7 latent, 3 for 3×3.
            momentum: BatchNorm's momentum in PyTorch's sense.
        """
        super().__init__()
        shared_encoder = SHARED_ENCODER[latent_stride]
        shared_generator = SHARED_GENERATOR[latent_stride]
        encoder_channels = size.filters(encoder_layers(shapes[0].side)[-1])
        self.latent_channels = size.filters(shared_encoder[-1])
        self.encoders = nn.ModuleList(
            normalised_stack(shape.channels, encoder_layers(shape.side), size, momentum) for shape in shapes
        )
        self.shared_encoder = normalised_stack(encoder_channels, shared_encoder, size, momentum)
        self.shared_generator = normalised_stack(
            self.latent_channels, shared_generator, size, momentum, transposed=True
        )
        shared_channels = size.filters(shared_generator[-1])
        self.generators = nn.ModuleList(
            nn.Sequential(
                normalised_stack(shared_channels, generator_layers(shape.side), size, momentum, transposed=True),
                nn.ConvTranspose2d(size.filters(generator_layers(shape.side)[-1]), shape.channels, 1),
                nn.Tanh(),
            )
            for shape in shapes
        )

    @torch.no_grad()
    def start_at(self, means: tuple[Tensor, Tensor]) -> None:
        """Set the last biases so that an untrained generator outputs roughly the mean colour of its domain.

        Args:
            means: mean of each domain's images over all pixels, one value per channel, (C,) in [-1, 1].
        """
        for generator, mean in zip(self.generators, means, strict=True):
            bias = cast(nn.Sequential, generator)[-2].bias
            cast(Tensor, bias).copy_(mean.clamp(-0.99, 0.99).atanh())

    def encode(self, images: Tensor, domain: int) -> Tensor:
        """Latents (N, L, 7, 7) or (N, L, 3, 3) of a domain's images, (N, C, S, S) in [-1, 1]."""
        latents: Tensor = self.shared_encoder(self.encoders[domain](images))
        return latents

    def decode(self, latents: Tensor) -> Tensor:
        """The shared generator's output for latents, (N, 256 · width, 7, 7)."""
        shared: Tensor = self.shared_generator(latents)
        return shared

    def render(self, shared: Tensor, domain: int) -> Tensor:
        """A domain's images, (N, C, S, S) in [-1, 1], from the output of `decode`."""
        images: Tensor = self.generators[domain](shared)
        return images

    def generate(self, latents: Tensor, domain: int) -> Tensor:
        """A domain's images, (N, C, S, S) in [-1, 1], from latents."""
        return self.render(self.decode(latents), domain)

    def translate(self, images: Tensor, source: int) -> Tensor:
        """Translate images of domain `source`, (N, C, S, S) in [-1, 1], to the other domain."""
        return self.generate(self.encode(images, source), 1 - source)

    def forward(self, images: Tensor, source: int) -> Tensor:
        """The same as `translate`."""
        return self.translate(images, source)


def build_translator(
    shapes: tuple[ImageShape, ImageShape], size: Size, latent_stride: int, momentum: float, seed: int
) -> Translator:
    """A translator with PyTorch's initial weights, drawn with `seed`. The global random generator stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Translator(shapes, size, latent_stride, momentum)
