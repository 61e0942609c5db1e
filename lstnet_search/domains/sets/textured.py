"""Textured digits, a domain made from MNIST: dark digits on bright, coloured, uneven paper."""

import torch
import torch.nn.functional as F
from torch import Tensor

from lstnet_search.domains.domain import Domain, Part
from lstnet_search.seeding import derive_seed

SIDE = 32
SEED = 0
PATCHES = 6
"""Patches of a texture along each side; colours change smoothly from patch to patch."""
DARKEST_PAPER, BRIGHTEST_PAPER = 150.0, 255.0
INK = 0.9
"""Share of the paper's brightness that the brightest pixel of a digit removes."""
_CHUNK = 4096


def textured(mnist: Domain, part: Part) -> Domain:
    """Invert digits and put each on its own coloured texture; the result is the same on every machine.

    Args:
        mnist: images (N, 1, 28, 28).
        part: seeds the draws, so that the training and test sets share no texture.

    Returns:
        Images (N, 3, 32, 32), with the same labels.
    """
    generator = torch.Generator().manual_seed(derive_seed(SEED, "textured", part))
    images = torch.cat([_paint(chunk, generator) for chunk in mnist.images.split(_CHUNK)])
    return Domain("textured", images, mnist.labels)


def _paint(digits: Tensor, generator: torch.Generator) -> Tensor:
    """Digits (B, 1, S, S) as images (B, 3, 32, 32), both uint8."""
    edge = (SIDE - digits.shape[-1]) // 2
    ink = F.pad(digits, (edge, edge, edge, edge)).to(torch.float32) / 255
    patches = torch.rand(len(digits), 3, PATCHES, PATCHES, generator=generator)
    paper = F.interpolate(patches, size=(SIDE, SIDE), mode="bilinear", align_corners=True)
    paper = DARKEST_PAPER + (BRIGHTEST_PAPER - DARKEST_PAPER) * paper
    return (paper * (1 - INK * ink)).round().to(torch.uint8)
