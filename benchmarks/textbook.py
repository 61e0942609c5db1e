"""LSTNet as a textbook would train it, to measure ours against: the same networks and the same arithmetic.

Images come through a DataLoader with two workers and torchvision's transforms, the translations
are made again for the second update, everything is float32 in PyTorch's default layout.
"""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from lstnet_search.config import TrialConfig
from lstnet_search.domains import Domain, DomainPair
from lstnet_search.models import ImageShape, build_discriminators, build_translator


class Images(Dataset[Tensor]):
    """Images of a domain, each transformed as it is fetched."""

    def __init__(self, domain: Domain, config: TrialConfig) -> None:
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


def batches(pair: DomainPair, config: TrialConfig, device: torch.device) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless batches of both domains on the device."""
    streams = [
        _endless(
            DataLoader(
                Images(domain, config),
                config.batch_size,
                shuffle=True,
                drop_last=True,
                num_workers=1,  # two workers in all
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


class Textbook:
    """Two networks' two updates, one after the other."""

    def __init__(self, config: TrialConfig, shapes: tuple[ImageShape, ImageShape], device: torch.device) -> None:
        width, stride = config.width, config.latent_stride
        self.config = config
        self.net = build_translator(shapes, width, stride, config.batch_norm_momentum, seed=0).to(device)
        self.disc = build_discriminators(shapes, self.net.latent_channels, width, stride, seed=1).to(device)
        betas = (config.beta1, config.beta2)
        self.net_optimiser = torch.optim.Adam(self.net.parameters(), config.learning_rate, betas)
        self.disc_optimiser = torch.optim.Adam(self.disc.parameters(), config.learning_rate, betas)

    def step(self, x_a: Tensor, x_b: Tensor) -> dict[str, float]:
        """Update the discriminators, then encoders and generators."""
        net, disc, c = self.net, self.disc, self.config
        with torch.no_grad():
            z_a, z_b = net.encode(x_a, 0), net.encode(x_b, 1)
            x_ab, x_ba = net.generate(z_a, 1), net.generate(z_b, 0)
        game_a = _game(disc.image(x_a, 0), disc.image(x_ba, 0))
        game_b = _game(disc.image(x_b, 1), disc.image(x_ab, 1))
        game_l = _game(disc.latent(z_a), disc.latent(z_b))
        self.disc_optimiser.zero_grad()
        (c.w1 * game_a + c.w2 * game_b + c.wl * game_l).backward()
        self.disc_optimiser.step()

        z_a, z_b = net.encode(x_a, 0), net.encode(x_b, 1)
        x_aa, x_ab = net.generate(z_a, 0), net.generate(z_a, 1)
        x_ba, x_bb = net.generate(z_b, 0), net.generate(z_b, 1)
        x_aba = net.generate(net.encode(x_ab, 1), 0)
        x_bab = net.generate(net.encode(x_ba, 0), 1)
        fool_a, fool_b = _told_real(disc.image(x_ba, 0)), _told_real(disc.image(x_ab, 1))
        fool_l = _game(disc.latent(z_b), disc.latent(z_a))
        cycles = [F.l1_loss(x_aa, x_a), F.l1_loss(x_bb, x_b), F.l1_loss(x_aba, x_a), F.l1_loss(x_bab, x_b)]
        loss = c.w1 * fool_a + c.w2 * fool_b + c.wl * fool_l
        loss = loss + c.w3 * cycles[0] + c.w4 * cycles[1] + c.w5 * cycles[2] + c.w6 * cycles[3]
        self.net_optimiser.zero_grad()
        loss.backward()
        self.net_optimiser.step()
        losses = [game_a, game_b, game_l, *cycles]
        return {str(index): value.item() for index, value in enumerate(losses)}


def _told_real(logits: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))


def _game(real: Tensor, fake: Tensor) -> Tensor:
    return _told_real(real) + F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
