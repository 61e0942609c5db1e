"""MNIST-M (Ganin et al. 2016): MNIST's digits on crops of photographs. A digit inverts the colours under it."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from lstnet_search.domains.domain import Domain, Part
from lstnet_search.domains.formats.opening import find_images
from lstnet_search.domains.user_images.decoding import content_of, decode
from lstnet_search.errors import InputError, one_line
from lstnet_search.seeding import derive_seed

SEED = 0
MOST_PHOTOGRAPHS = 500
"""Only the first photographs of a folder are used, in the order of their names."""
PHOTOGRAPHS = "photographs"
"""The folder of photographs in the folder of full data sets; Ganin et al. used those of BSDS500."""


def mnist_m(mnist: Domain, photographs: Sequence[Tensor], part: Part) -> Domain:
    """Put each digit on a crop of a photograph: the result is the difference of both, without its sign.

    Args:
        mnist: images (N, 1, S, S).
        photographs: uint8, each (3, H, W), with H and W at least S.
        part: seeds the draws.

    Returns:
        Images (N, 3, S, S) with the same labels; the same on every machine.
    """
    generator = torch.Generator().manual_seed(derive_seed(SEED, "mnistm", part))
    draws = torch.rand(len(mnist), 3, generator=generator, dtype=torch.float64)
    side = mnist.side
    images = torch.empty(len(mnist), 3, side, side, dtype=torch.uint8)
    for index, (which, down, right) in enumerate(draws.tolist()):
        photograph = photographs[int(which * len(photographs))]
        top, left = (
            int(draw * (size - side + 1)) for draw, size in zip((down, right), photograph.shape[1:], strict=True)
        )
        crop = photograph[:, top : top + side, left : left + side]
        images[index] = (crop.to(torch.int16) - mnist.images[index].to(torch.int16)).abs().to(torch.uint8)
    return Domain("mnistm", images, mnist.labels)


def read_photographs(folder: Path, part: Part, side: int) -> list[Tensor]:
    """Photographs for one part, uint8, each (3, H, W): every other one is for testing.

    Args:
        folder: holds photographs, also in subfolders.
        part: training or test set.
        side: smaller photographs are left out, and so are those with 16 bits.

    Raises:
        InputError: if there are not at least two that are large enough.
    """
    if not folder.is_dir():
        raise InputError(
            f"mnistm needs a folder of photographs, {folder}, which does not exist; put some there, such as those of "
            "BSDS500"
        )
    found: list[Tensor] = []
    for file in find_images(folder, option=""):
        try:
            values = decode(content_of(file)).values
        except Exception as error:  # Pillow raises any type of error if a file is damaged
            raise InputError(f"{folder}/{file.name} cannot be read ({one_line(error)}); remove it") from None
        if min(values.shape[1:]) >= side and not values.is_floating_point():
            found.append(values.expand(3, -1, -1))
        if len(found) == MOST_PHOTOGRAPHS:
            break
    if len(found) < 2:
        raise InputError(
            f"{folder} holds {len(found)} photographs of at least {side}x{side}; at least 2 are needed: add some"
        )
    return found[0::2] if part == "train" else found[1::2]
