"""Reads a user's own images as a domain."""

from collections.abc import Sequence
from pathlib import Path

import torch

from lstnet_search.config.domain_names import UserImages
from lstnet_search.config.reading import Reading
from lstnet_search.domains.class_names import alike, in_order
from lstnet_search.domains.domain import Domain, Part
from lstnet_search.domains.formats.opening import open_images
from lstnet_search.domains.split import split
from lstnet_search.domains.user_images.pixel_cache import Pixels, Wanted, read_pixels
from lstnet_search.errors import InputError, listed

TEST_SHARE = 0.2
"""Share of the images that becomes the test set if the user has not split them."""
TEST_SEED = 0
MIN_PER_CLASS = 20
"""Smallest number of images in a class, before test and validation images are taken out."""
MAX_BAD_SHARE = 0.1
"""Largest share of unreadable images that `skip_bad` leaves out."""
_NAMED = 20


def read_user_images(
    user_images: UserImages, part: Part, reading: Reading | None = None, cache_dir: Path | None = None
) -> Domain:
    """Read one part of a user's images. If the user has not split them, a fixed seed splits them.

    Args:
        user_images: where the images are.
        part: training or test set.
        reading: how they are read; None for the defaults.
        cache_dir: as for `read_pixels`.

    Raises:
        InputError: if the images cannot be used.
    """
    reading = reading or Reading()
    source = open_images(user_images, reading.columns.get(user_images.name))
    layout = source.layout()
    wanted = Wanted(reading.fit, reading.sides.get(user_images.name))
    pixels = read_pixels(user_images, source, wanted, cache_dir)
    left_out = _left_out(user_images, pixels.unreadable, len(source), reading.skip_bad)
    remarks = (*source.remarks, *layout.remarks, *left_out, *pixels.remarks)
    names = None if layout.labels is None else in_order(layout.labels)
    remarks += tuple(
        f"classes {first!r} and {second!r} are two classes; give them one name if they are the same"
        for first, second in alike(names or ())
    )
    labels = None
    if names is not None and layout.labels is not None:
        numbers = {name: number for number, name in enumerate(names)}
        labels = torch.tensor([numbers[layout.labels[index]] for index in pixels.indices.tolist()])
    both_parts = Domain(
        user_images.name,
        torch.from_numpy(pixels.images),
        labels,
        len(names or "") or 1,
        names,
        tuple(f"{user_images.name}: {remark}" for remark in remarks),
        pixels.read_as,
    )
    domain = _select(both_parts, layout.parts, pixels, part)
    if part == "train" and names is not None and not reading.common_classes:  # else `load_pair` checks the common ones
        check_counts(user_images, domain, domain.classes)
    return domain


def _select(both_parts: Domain, parts: Sequence[Part] | None, pixels: Pixels, part: Part) -> Domain:
    if parts is None:
        train, test = split(both_parts, TEST_SHARE, TEST_SEED, "the test part, a fixed share")
        return train if part == "train" else test
    in_part = torch.tensor([parts[index] == part for index in pixels.indices.tolist()])
    return both_parts.take(in_part.nonzero().flatten())


def _left_out(user_images: UserImages, bad: Sequence[str], count: int, skip_bad: bool) -> tuple[str, ...]:
    """A remark on images that cannot be read, if the user wants to leave them out."""
    if not bad:
        return ()
    finding = f"{len(bad)} of {count} images in {user_images} cannot be read: {listed(bad, _NAMED)}"
    if len(bad) > MAX_BAD_SHARE * count:
        raise InputError(
            f"{finding}; that is more than {MAX_BAD_SHARE:.0%}, too many to leave out: repair or remove them"
        )
    if not skip_bad:
        raise InputError(f"{finding}; repair or remove them, or leave them out with --skip-bad")
    return (f"{finding}; they are left out",)


def check_counts(spec: object, train: Domain, classes: int) -> None:
    """Check that each class has enough images to train a classifier, and to test it on other images.

    Args:
        spec: how the user specified the domain, for messages.
        train: its training set.
        classes: number of classes of both domains.

    Raises:
        InputError: if there are too few.
    """
    least = round(MIN_PER_CLASS * (1 - TEST_SHARE))
    if train.labels is None:
        if len(train) < least * classes:
            raise InputError(
                f"{spec} has {len(train)} training images; {classes} classes need at least {least * classes}: "
                "add images"
            )
        return
    counts = torch.bincount(train.labels, minlength=train.classes).tolist()
    few = [f"{name!r} has {count}" for name, count in zip(train.named_classes(), counts, strict=True) if count < least]
    if few:
        raise InputError(
            f"{spec} has too few training images (without the test set): class {listed(few)}; each needs at "
            f"least {least}: add images, or remove the class"
        )
