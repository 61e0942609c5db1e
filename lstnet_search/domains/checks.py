"""Checks of loaded images and labels for mistakes that training would only show as poor accuracy."""

from math import sqrt

import torch

from lstnet_search.domains.domain import Domain, DomainPair
from lstnet_search.domains.duplicates import shared_images
from lstnet_search.errors import InputError, plain

MIN_RANGE = 128
"""Smallest allowed difference between the darkest and the brightest of all pixels, out of 255."""
MAX_DIGIT_MEAN = 127.5
"""Images of bright digits on dark have a mean below this. Digits cover less than half of an image, so the mean reflects
the background: it is about 33 in MNIST and 65 in USPS."""

FEW_IMAGES = 200
"""With fewer validation images than this, an accuracy says little."""
MAX_SHARE_DIFFERENCE = 0.15
"""Largest allowed difference of class shares: half of its sum over classes. Between MNIST and USPS it is 0.1."""


def check_domain(domain: Domain, where: str) -> None:
    """Check images and labels of any domain.

    Args:
        domain: what was loaded.
        where: what it was loaded from, for messages: "mnist (train) in data".

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
            "C = 1 or 3: reshape the images, or add some if there are none"
        )
    if images.shape[2] != images.shape[3]:
        raise InputError(
            f"images of {where} are {images.shape[2]}x{images.shape[3]}; they must be square: pad or crop them"
        )
    low, high = int(images.min()), int(images.max())
    if high - low < MIN_RANGE:
        raise InputError(
            f"pixel values of {where} lie between {low} and {high}; they must use most of 0 to 255: "
            "rescale them (multiply values between 0 and 1 by 255)"
        )
    if labels is None:
        return
    if labels.dtype != torch.int64 or labels.shape != (len(images),):
        raise InputError(
            f"labels of {where} are {_type(labels)} of shape {tuple(labels.shape)} for {len(images)} images; "
            "they must be int64, one per image: use images and labels of the same set"
        )
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= domain.classes:
        raise InputError(
            f"labels of {where} lie between {low} and {high}; allowed are 0 to {domain.classes - 1}: "
            "number the classes from 0"
        )


def check_shape(domain: Domain, channels: int, side: int, where: str) -> None:
    """Check that the images of a known set have that set's shape.

    Args:
        domain: what was loaded, after `check_domain`.
        channels: the channels that its images must have.
        side: the height and width that they must have, in pixels.
        where: as for `check_domain`.

    Raises:
        InputError: if they have another shape.
    """
    if domain.images.shape[1:] != (channels, side, side):
        raise InputError(
            f"images of {where} have shape {'x'.join(map(str, domain.images.shape[1:]))}; "
            f"{domain.name} has {channels}x{side}x{side}: use the original files"
        )


def check_polarity(domain: Domain, where: str) -> None:
    """Check that digits are bright on dark.

    Raises:
        InputError: if they are not.
    """
    mean = domain.images.mean(dtype=torch.float32).item()
    if mean > MAX_DIGIT_MEAN:
        raise InputError(
            f"images of {where} have a mean of {mean:.0f}, which means dark digits on a bright background; "
            "digits must be bright on dark (mean below 128): invert them (255 - value)"
        )


def pair_warnings(train: DomainPair, validation: DomainPair) -> list[str]:
    """Reasons not to trust the accuracies of two domains, one sentence per finding.

    Args:
        train: training images.
        validation: images that accuracies are measured on.
    """
    warnings = []
    for domain in validation:
        if len(domain) < FEW_IMAGES:
            points = 100 * 1.96 * sqrt(0.25 / len(domain))  # half of the 95 % interval around 50 %
            warnings.append(
                f"{domain.name} has only {len(domain)} validation images, so an accuracy on them may be wrong by "
                f"{points:.0f} points; add images, a few hundred at least"
            )
    if shared := shared_images(*train):
        warnings.append(
            f"{shared} images of {train.b.name} are also in {train.a.name}, so translating them is no task; give each "
            "image to one domain"
        )
    shares = [_class_shares(domain) for domain in train]
    if shares[0] is not None and shares[1] is not None:
        differences = (shares[0] - shares[1]).abs()
        if differences.sum().item() / 2 > MAX_SHARE_DIFFERENCE:
            most = int(differences.argmax())
            first, second = (float(each[most]) for each in shares if each is not None)
            warnings.append(
                f"shares of classes differ: {plain(train.a.named_classes()[most])!r} is {first:.0%} of {train.a.name} "
                f"and {second:.0%} of {train.b.name}; a translator may exchange classes to even that out, and "
                "infomax expects even shares: give both domains similar ones"
            )
    return warnings


def _class_shares(domain: Domain) -> torch.Tensor | None:
    if domain.labels is None:
        return None
    return torch.bincount(domain.labels, minlength=domain.classes).double() / len(domain)


def pixel_warnings(low: float, high: float, mean: float, digits: bool) -> list[str]:
    """How a user's images differ from a model's training images, one sentence per difference.

    Args:
        low: the darkest of all pixels, 0 to 255.
        high: the brightest of all pixels.
        mean: mean of all pixels.
        digits: whether the images should be bright digits on a dark background.
    """
    warnings = []
    if high - low < MIN_RANGE:
        warnings.append(
            f"pixel values lie between {low:.0f} and {high:.0f}, but the training images use most of 0 to 255; "
            "rescale your images if the labels are poor"
        )
    if digits and mean > MAX_DIGIT_MEAN:
        warnings.append(
            f"the mean is {mean:.0f}, which means dark digits on a bright background, but the training images are "
            "bright on dark (mean below 128); invert your images (255 - value) if the labels are poor"
        )
    return warnings


def _type(values: torch.Tensor) -> str:
    return str(values.dtype).removeprefix("torch.")
