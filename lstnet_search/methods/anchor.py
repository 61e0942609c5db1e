"""The anchored start: a translation is drawn towards the resized image at first, so that no classes change places."""

import torch
from torch import Tensor
from torch.nn import functional as F

from lstnet_search.config import TranslationConfig
from lstnet_search.domains import DomainPair, to_unit_range
from lstnet_search.methods.builders import at_least_float32
from lstnet_search.methods.resizing import match_shape
from lstnet_search.models import ImageShape

COMPARED = 1000
"""Maximum number of images per domain that are compared to find out whether two domains are alike."""

LEAST_CORRELATION = 0.3
"""Domains are alike from this correlation on; see `resemblance`."""


class Anchor:
    """The term of the anchored start. Its weight falls linearly from `anchor` to 0.

    Translations of `a` and `b` are compared with what plain resizing would give, by the mean absolute error over
    pixels and batch. No label is read.

    Attributes:
        active: whether the weight is above 0.
    """

    def __init__(self, config: TranslationConfig, shapes: tuple[ImageShape, ImageShape], device: torch.device) -> None:
        """Start with the full weight."""
        self._config = config
        self._shapes = shapes
        self._weight = torch.full((), config.anchor, device=device)
        self.active = True

    def begin_step(self, taken: int) -> None:
        """Set the weight for the next step, in place, given how many steps have been taken."""
        if not self.active:  # a training only goes forward
            return
        config = self._config
        weight = config.anchor * max(0.0, 1 - taken / min(config.anchor_steps, config.steps / 2))
        self.active = weight > 0
        self._weight.fill_(weight)

    def loss(self, x_a: Tensor, x_b: Tensor, x_ab: Tensor, x_ba: Tensor) -> Tensor:
        """The weighted term for images of both domains and their translations, scalar; all in [-1, 1]."""
        distances = [
            F.l1_loss(at_least_float32(translated), match_shape(images, self._shapes[target]))
            for images, translated, target in ((x_a, x_ab, 1), (x_b, x_ba, 0))
        ]
        return self._weight * torch.stack(distances).sum()


def alike(pair: DomainPair) -> bool:
    """Whether plain resizing makes images of each domain look like images of the other one; no label is read."""
    return resemblance(pair) >= LEAST_CORRELATION


@torch.inference_mode()
def resemblance(pair: DomainPair) -> float:
    """How much resized images of each domain resemble images of the other, from -1 to 1.

    For each of up to a thousand resized images, it is the highest correlation of pixels with any of up to a thousand
    images of the other domain. The result is the median over images, and the smaller one of both directions. It is
    computed in float32 on the CPU, so that it is the same everywhere.
    """
    shapes = [ImageShape(domain.channels, domain.side) for domain in pair]
    samples = [to_unit_range(domain.images[_sample(len(domain)).to(domain.images.device)].cpu()) for domain in pair]
    medians = []
    for source, target in ((0, 1), (1, 0)):
        resized, others = _standardised(match_shape(samples[source], shapes[target])), _standardised(samples[target])
        medians.append((resized @ others.T).amax(1).median())
    return float(torch.stack(medians).min())


def _sample(count: int) -> Tensor:
    return torch.randperm(count, generator=torch.Generator().manual_seed(0))[:COMPARED]


def _standardised(images: Tensor) -> Tensor:
    """Images (N, C, S, S) as rows of mean 0 and norm 1, (N, C·S·S); an image of one colour becomes 0."""
    flat = images.flatten(1)
    return F.normalize(flat - flat.mean(1, keepdim=True), eps=1e-2)
