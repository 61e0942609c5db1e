"""A user's own images as a domain."""

from pathlib import Path

import torch

from lstnet_search.config.domain_names import OwnImages
from lstnet_search.domains.domain import Domain, Part
from lstnet_search.domains.split import split
from lstnet_search.domains.user_images.listing import OwnFiles, find_files
from lstnet_search.domains.user_images.pixel_cache import Pixels, read_pixels
from lstnet_search.errors import InputError

TEST_SHARE = 0.2
"""Kept for the test set where nobody said which images are for it."""
TEST_SEED = 0
LEAST = 20
"""Images of a class, before anything is kept for tests and validation."""
BAD_SHARE = 0.1
"""Images that cannot be read are left out where they are at most so many of all, and that is asked for."""
_LISTED = 20


def read_own(own: OwnImages, part: Part, skip_bad: bool = False, cache_dir: Path | None = None) -> Domain:
    """Read one part of a user's images; the parts are cut once and for all, by a seed, where nobody named them.

    Args:
        own: where they are.
        part: training or test set.
        skip_bad: leave out images that cannot be read, if they are few.
        cache_dir: as `read_pixels` has it.

    Raises:
        InputError: if they cannot be used, before anything is trained.
    """
    found = find_files(own)
    pixels = read_pixels(own, found, cache_dir)
    remarks = _remarks(own, pixels, found.count, skip_bad)
    names = found.classes
    labels = None
    if names is not None and found.labels is not None:
        numbers = {name: number for number, name in enumerate(names)}
        labels = torch.tensor([numbers[found.labels[place]] for place in pixels.places.tolist()])
    whole = Domain(own.name, torch.from_numpy(pixels.images), labels, len(names or "") or 1, names, remarks)
    domain = _part(whole, found, pixels, part)
    if part == "train" and names is not None:
        check_counts(own, domain, domain.classes)
    return domain


def _part(whole: Domain, found: OwnFiles, pixels: Pixels, part: Part) -> Domain:
    if found.parts is None:
        rest, kept = split(whole, TEST_SHARE, TEST_SEED)
        return rest if part == "train" else kept
    chosen = torch.tensor([found.parts[place] == part for place in pixels.places.tolist()])
    return whole.take(chosen.nonzero().flatten())


def _remarks(own: OwnImages, pixels: Pixels, count: int, skip_bad: bool) -> tuple[str, ...]:
    remarks = []
    side = pixels.images.shape[-1]
    if pixels.size != (side, side):
        height, width = pixels.size
        remarks.append(f"{own.name}: images of {width}x{height} are resized to {side}x{side}")
    bad = pixels.unreadable
    if bad:
        listed = ", ".join(bad[:_LISTED]) + (f", and {len(bad) - _LISTED} more" if len(bad) > _LISTED else "")
        said = f"{len(bad)} of {count} images in {own} cannot be read: {listed}"
        if len(bad) > BAD_SHARE * count:
            raise InputError(f"{said}; that is more than {BAD_SHARE:.0%}, too many to leave out: mend or remove them")
        if not skip_bad:
            raise InputError(f"{said}; mend or remove them, or leave them out by --skip-bad")
        remarks.append(f"{said}; they are left out")
    return tuple(remarks)


def check_counts(asked: object, train: Domain, classes: int) -> None:
    """Enough of each class, so that a classifier can be trained, and judged on images that it has not seen.

    Args:
        asked: how the domain was asked for, for messages.
        train: its training set.
        classes: of both domains.

    Raises:
        InputError: if not.
    """
    least = round(LEAST * (1 - TEST_SHARE))
    if train.labels is None:
        if len(train) < least * classes:
            raise InputError(
                f"{asked} has {len(train)} images to train on; for {classes} classes at least {least * classes} are "
                "needed: give more"
            )
        return
    counts = torch.bincount(train.labels, minlength=train.classes).tolist()
    few = [f"{name!r} has {count}" for name, count in zip(train.named_classes(), counts, strict=True) if count < least]
    if few:
        raise InputError(
            f"{asked} has too few images to train on, the test set left out: class {', '.join(few[:5])}; at least "
            f"{least} of each are needed: give more, or leave the class out"
        )
