"""LSTNet as a textbook would train it, with some of our tricks as options, to measure each.

The textbook reads images through a DataLoader with two workers and torchvision's transforms, computes the translations
again for the second update, and does everything in float32 and in PyTorch's default layout.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from lstnet_search.config import LSTNetConfig
from lstnet_search.domains import Domain, DomainPair
from lstnet_search.models import ImageShape, Size, build_discriminators, build_translator


class Images(Dataset[Tensor]):
    """Images of a domain, each transformed when it is fetched."""

    def __init__(self, domain: Domain, config: LSTNetConfig) -> None:
        self._images = domain.images
        shift = config.shift / domain.side
        self._transform = v2.Compose(
            [
                v2.RandomAffine(
                    config.rotation,
                    (shift, shift),
                    (1 - config.scale, 1 + config.scale),
                    interpolation=v2.InterpolationMode.BILINEAR,
                ),
                v2.ToDtype(torch.float32, scale=True),
                v2.Normalize([0.5] * domain.channels, [0.5] * domain.channels),
            ]
        )

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, index: int) -> Tensor:
        image: Tensor = self._transform(self._images[index])
        return image


def batches(pair: DomainPair, config: LSTNetConfig, device: torch.device) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless batches of both domains, on the device."""
    streams = [
        _endless(
            DataLoader(
                Images(domain, config),
                config.batch_size,
                shuffle=True,
                drop_last=True,
                num_workers=1,  # two workers for both domains
                persistent_workers=True,
                pin_memory=device.type == "cuda",
            )
        )
        for domain in pair
    ]
    for x_a, x_b in zip(*streams, strict=True):
        yield x_a.to(device, non_blocking=True), x_b.to(device, non_blocking=True)


def _endless(loader: DataLoader[Tensor]) -> Iterator[Tensor]:
    while True:
        yield from loader


@dataclass(frozen=True)
class Tricks:
    """Tricks that a textbook does not use."""

    one_graph: bool = False
    channels_last: bool = False
    fused: bool = False
    autocast: Callable[[], AbstractContextManager[None]] = nullcontext


class Textbook:
    """The networks and the two updates of a step."""

    def __init__(
        self,
        config: LSTNetConfig,
        shapes: tuple[ImageShape, ImageShape],
        device: torch.device,
        tricks: Tricks = Tricks(),
    ) -> None:
        size, stride = Size(config.width, config.min_filters), config.latent_stride
        layout = torch.channels_last if tricks.channels_last else torch.contiguous_format
        self.config, self.tricks, self.layout = config, tricks, layout
        net = build_translator(shapes, size, stride, config.batch_norm_momentum, seed=config.seed)
        disc = build_discriminators(shapes, net.latent_channels, size, stride, seed=config.seed + 1)
        self.net, self.disc = net.to(device).to(memory_format=layout), disc.to(device).to(memory_format=layout)
        betas = (config.beta1, config.beta2)
        fused = tricks.fused or None
        self.net_optimiser = torch.optim.Adam(self.net.parameters(), config.learning_rate, betas, fused=fused)
        self.disc_optimiser = torch.optim.Adam(self.disc.parameters(), config.learning_rate, betas, fused=fused)

    def step(self, x_a: Tensor, x_b: Tensor) -> dict[str, float]:
        """Update the discriminators, then the encoders and generators."""
        net, disc, c, tricks = self.net, self.disc, self.config, self.tricks
        x_a, x_b = (x.contiguous(memory_format=self.layout) for x in (x_a, x_b))
        with nullcontext() if tricks.one_graph else torch.no_grad(), tricks.autocast():
            z_a, z_b = net.encode(x_a, 0), net.encode(x_b, 1)
            x_ab, x_ba = net.generate(z_a, 1), net.generate(z_b, 0)
        with tricks.autocast():
            judged_a = disc.image(x_a, 0), disc.image(x_ba.detach(), 0)
            judged_b = disc.image(x_b, 1), disc.image(x_ab.detach(), 1)
            judged_l = disc.latent(z_a.detach()), disc.latent(z_b.detach())
        game_a, game_b, game_l = (_game(*judged) for judged in (judged_a, judged_b, judged_l))
        self.disc_optimiser.zero_grad()
        (c.w1 * game_a + c.w2 * game_b + c.wl * game_l).backward()
        self.disc_optimiser.step()

        with tricks.autocast():
            if not tricks.one_graph:
                z_a, z_b = net.encode(x_a, 0), net.encode(x_b, 1)
                x_ab, x_ba = net.generate(z_a, 1), net.generate(z_b, 0)
            x_aa, x_bb = net.generate(z_a, 0), net.generate(z_b, 1)
            x_aba = net.generate(net.encode(x_ab, 1), 0)
            x_bab = net.generate(net.encode(x_ba, 0), 1)
            fooled_a, fooled_b = disc.image(x_ba, 0), disc.image(x_ab, 1)
            fooled_l = disc.latent(z_b), disc.latent(z_a)
        cycles = [F.l1_loss(y.float(), x) for y, x in ((x_aa, x_a), (x_bb, x_b), (x_aba, x_a), (x_bab, x_b))]
        loss = c.w1 * _loss_if_real(fooled_a) + c.w2 * _loss_if_real(fooled_b) + c.wl * _game(*fooled_l)
        loss = loss + c.w3 * cycles[0] + c.w4 * cycles[1] + c.w5 * cycles[2] + c.w6 * cycles[3]
        self.net_optimiser.zero_grad()
        loss.backward()
        self.net_optimiser.step()
        losses = [game_a, game_b, game_l, *cycles]
        return {str(index): value.item() for index, value in enumerate(losses)}


class WholeObjectiveTwice(Textbook):
    """Eq. 1 taken literally: each of the two updates computes all of it, with the gradients of all networks."""

    def step(self, x_a: Tensor, x_b: Tensor) -> dict[str, float]:
        """Update the discriminators, then the encoders and generators."""
        for optimiser, sign in ((self.disc_optimiser, 1), (self.net_optimiser, -1)):
            games, cycles = self._objective(x_a, x_b)
            optimiser.zero_grad()
            # Only the networks of this optimiser change, but the gradients of all others are computed too.
            (sign * torch.stack(games).sum() + torch.stack(cycles).sum()).backward()
            optimiser.step()
        return {str(index): value.item() for index, value in enumerate((*games, *cycles))}

    def _objective(self, x_a: Tensor, x_b: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """The weighted adversarial terms, as the discriminators minimise them, and the weighted cycle terms."""
        net, disc, c = self.net, self.disc, self.config
        z_a, z_b = net.encode(x_a, 0), net.encode(x_b, 1)
        x_ab, x_ba = net.generate(z_a, 1), net.generate(z_b, 0)
        x_aa, x_bb = net.generate(z_a, 0), net.generate(z_b, 1)
        x_aba = net.generate(net.encode(x_ab, 1), 0)
        x_bab = net.generate(net.encode(x_ba, 0), 1)
        games = [
            c.w1 * _game(disc.image(x_a, 0), disc.image(x_ba, 0)),
            c.w2 * _game(disc.image(x_b, 1), disc.image(x_ab, 1)),
            c.wl * _game(disc.latent(z_a), disc.latent(z_b)),
        ]
        pairs = zip((c.w3, c.w4, c.w5, c.w6), ((x_aa, x_a), (x_bb, x_b), (x_aba, x_a), (x_bab, x_b)), strict=True)
        return games, [weight * F.l1_loss(y, x) for weight, (y, x) in pairs]


def _loss_if_real(logits: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits.float(), torch.ones_like(logits, dtype=torch.float32))


def _game(real: Tensor, fake: Tensor) -> Tensor:
    zeros = torch.zeros_like(fake, dtype=torch.float32)
    return _loss_if_real(real) + F.binary_cross_entropy_with_logits(fake.float(), zeros)
