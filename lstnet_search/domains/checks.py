"""What is refused on loading, because training would only show it as poor accuracy."""

import torch

from lstnet_search.domains.domain import Domain
from lstnet_search.errors import InputError

LEAST_RANGE = 128
"""Between the darkest and the brightest of all pixels, where 255 is possible."""
BRIGHTEST_MEAN = 127.5
"""Of digits, which cover less than half of an image: the mean tells the background, about 33 in MNIST, 65 in USPS."""


def check_domain(domain: Domain, where: str) -> None:
    """Check images and labels of any domain.

    Args:
        domain: what was loaded.
        where: where it was read, for messages: "mnist (train) in data".

    Raises:
        InputError: if shape, type or range of images or labels is not what `Domain` promises.
    """
    images, labels = domain.images, domain.labels
    if images.dtype != torch.uint8:
        raise InputError(
            f"images of {where} are {_type(images)}; they must be uint8, 0 to 255: convert them before saving"
        )
    if images.ndim != 4 or not len(images) or images.shape[1] not in (1, 3):
        raise InputError(
            f"images of {where} have shape {tuple(images.shape)}; allowed is (N, C, H, W) with N > 0 and "
            "C = 1 or 3: reshape them, or give more"
        )
    if images.shape[2] != images.shape[3]:
        raise InputError(
            f"images of {where} are {images.shape[2]}x{images.shape[3]}; they must be square: pad or crop them"
        )
    low, high = int(images.min()), int(images.max())
    if high - low < LEAST_RANGE:
        raise InputError(
            f"pixel values of {where} lie between {low} and {high}; they must use most of 0 to 255: "
            "rescale them (values in 0 to 1 times 255)"
        )
    if labels is None:
        return
    if labels.dtype != torch.int64 or labels.shape != (len(images),):
        raise InputError(
            f"labels of {where} are {_type(labels)} of shape {tuple(labels.shape)} for {len(images)} images; "
            "they must be int64, one an image: give both files of the same set"
        )
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= domain.classes:
        raise InputError(
            f"labels of {where} lie between {low} and {high}; allowed are 0 to {domain.classes - 1}: "
            "renumber the classes from 0"
        )


def check_shape(domain: Domain, channels: int, side: int, where: str) -> None:
    """Check that the images of a known set have its shape.

    Args:
        domain: what was loaded, already checked as a domain.
        channels: that its images must have.
        side: height and width that they must have, pixels.
        where: as in `check_domain`.

    Raises:
        InputError: if not.
    """
    if domain.images.shape[1:] != (channels, side, side):
        raise InputError(
            f"images of {where} have shape {'x'.join(map(str, domain.images.shape[1:]))}; "
            f"{domain.name} is {channels}x{side}x{side}: give the original files"
        )


def check_polarity(domain: Domain, where: str) -> None:
    """Check that digits are bright on dark.

    Raises:
        InputError: if not.
    """
    mean = domain.images.mean(dtype=torch.float32).item()
    if mean > BRIGHTEST_MEAN:
        raise InputError(
            f"images of {where} have a mean of {mean:.0f}, so dark digits on a bright background; "
            "digits must be bright on dark (mean below 128): invert them (255 - value)"
        )


def doubts(low: float, high: float, mean: float, digits: bool) -> list[str]:
    """What makes images of a user unlike those that a model was trained on, a sentence each; none is refused.

    Args:
        low: the darkest of all pixels, of 0 to 255.
        high: the brightest.
        mean: of all pixels.
        digits: whether they are to be bright digits on a dark background.
    """
    found = []
    if high - low < LEAST_RANGE:
        found.append(
            f"pixel values lie between {low:.0f} and {high:.0f}, those trained on use most of 0 to 255; "
            "rescale them if labels are poor"
        )
    if digits and mean > BRIGHTEST_MEAN:
        found.append(
            f"the mean is {mean:.0f}, as of dark digits on a bright background, those trained on are bright on dark "
            "(mean below 128); invert them (255 - value) if labels are poor"
        )
    return found


def _type(values: torch.Tensor) -> str:
    return str(values.dtype).removeprefix("torch.")
