"""The domains that a user can name, and how each is read."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import torch

from lstnet_search.config.domain_names import domain_name, parse_user_images
from lstnet_search.config.reading import Reading
from lstnet_search.domains.changes import with_common_classes, with_side
from lstnet_search.domains.checks import check_domain, check_polarity, check_shape
from lstnet_search.domains.domain import Domain, DomainPair, Part
from lstnet_search.domains.formats.opening import check_user_images
from lstnet_search.domains.sets.bundled import read_bundled
from lstnet_search.domains.sets.digits import read_digits
from lstnet_search.domains.sets.mnist_like import read_emnist, read_emnist_letters, read_kmnist, read_qmnist
from lstnet_search.domains.sets.mnist_m import PHOTOGRAPHS, mnist_m, read_photographs
from lstnet_search.domains.sets.objects import read_cifar10, read_stl10
from lstnet_search.domains.sets.svhn import read_svhn
from lstnet_search.domains.sets.textured import textured
from lstnet_search.domains.sets.torchvision import read_fashion, read_mnist, read_usps
from lstnet_search.domains.user_images.domain import check_counts, read_user_images
from lstnet_search.errors import InputError

Data = Literal["bundled", "full"]


@dataclass(frozen=True)
class KnownSet:
    """A data set that this tool knows by name.

    Attributes:
        read_full: reads the full set from a folder.
        side: height and width of its images, in pixels.
        channels: channels of its images.
        digits: whether it shows bright digits on a dark background.
        read_bundled: reads the images that come with the package; None if none come with it.
        made_of: the set whose images this one is made of, in the same order.
    """

    read_full: Callable[[Path, Part], Domain]
    side: int
    channels: int = 1
    digits: bool = True
    read_bundled: Callable[[Part], Domain] | None = None
    made_of: str | None = None


def _read_mnist_m(data_dir: Path, part: Part) -> Domain:
    mnist = read_mnist(data_dir, part)
    return mnist_m(mnist, read_photographs(data_dir / PHOTOGRAPHS, part, mnist.side), part)


KNOWN_SETS: dict[str, KnownSet] = {
    "mnist": KnownSet(read_mnist, 28, read_bundled=lambda part: read_bundled("mnist", part)),
    "usps": KnownSet(read_usps, 16, read_bundled=lambda part: read_bundled("usps", part)),
    "digits": KnownSet(lambda data_dir, part: read_digits(part), 16, read_bundled=read_digits),
    "svhn": KnownSet(read_svhn, 32, channels=3, digits=False),
    "fashion": KnownSet(read_fashion, 28, digits=False),
    "textured": KnownSet(
        lambda data_dir, part: textured(read_mnist(data_dir, part), part),
        32,
        channels=3,
        digits=False,
        read_bundled=lambda part: textured(read_bundled("mnist", part), part),
        made_of="mnist",
    ),
    "emnist": KnownSet(read_emnist, 28),
    "emnist-letters": KnownSet(read_emnist_letters, 28),
    "kmnist": KnownSet(read_kmnist, 28, digits=False),
    "qmnist": KnownSet(read_qmnist, 28, made_of="mnist"),
    "cifar10": KnownSet(read_cifar10, 32, channels=3, digits=False),
    "stl10": KnownSet(read_stl10, 96, channels=3, digits=False),
    "mnistm": KnownSet(_read_mnist_m, 28, channels=3, digits=False, made_of="mnist"),
}


def is_digits(spec: str) -> bool:
    """Whether a domain is known to show bright digits on a dark background."""
    return spec in KNOWN_SETS and KNOWN_SETS[spec].digits


def needs_full(specs: tuple[str, ...]) -> bool:
    """Whether one of the domains is a known set that does not come with the package."""
    return any(spec in KNOWN_SETS and KNOWN_SETS[spec].read_bundled is None for spec in specs)


def check_names(*specs: str) -> None:
    """Check everything about domains that can be checked before images are read.

    Raises:
        InputError: if a domain is unknown or does not exist, or two have the same name.
    """
    for spec in specs:
        user_images = parse_user_images(spec)
        if user_images is not None:
            check_user_images(user_images)
        elif spec not in KNOWN_SETS:
            raise InputError(
                f"unknown domain {spec!r}; allowed: {', '.join(KNOWN_SETS)}, images:PATH, folder:PATH, parquet:PATH: "
                "correct its name"
            )
    names = [domain_name(spec) for spec in specs]
    if len(set(names)) < len(names):
        user_images = parse_user_images(specs[-1])
        message = f"both domains are called {names[0]!r}; their names must differ: choose another domain"
        if user_images is not None:
            message += f", or put a name before one, as in --domains {specs[0]} other={user_images}"
        raise InputError(message)


def load_pair(
    specs: tuple[str, str], data: Data, data_dir: Path, part: Part, reading: Reading | None = None
) -> DomainPair:
    """Read one part of two domains, as `load` does. An unlabelled domain gets the classes of the other one.

    If both are made of the same images, the first gets the even ones and the second the odd ones, so that no image is
    in both.

    Raises:
        InputError: as `load`; also if both are the same domain or their classes differ.
    """
    check_names(*specs)
    reading = reading or Reading()
    first, second = (load(spec, data, data_dir, part, reading) for spec in specs)
    if _same_images(*specs):
        first, second = (one.take(torch.arange(start, len(one), 2)) for start, one in enumerate((first, second)))
    if reading.common_classes:
        first, second = with_common_classes(first, second)
        for user_images, domain in zip(map(parse_user_images, specs), (first, second), strict=True):
            if user_images is not None and domain.labels is not None and part == "train":
                check_counts(user_images, domain, domain.classes)
    if first.labels is None:
        first = _with_classes_of(second, first, specs[0], part)
    elif second.labels is None:
        second = _with_classes_of(first, second, specs[1], part)
    return DomainPair(first, second)


def load(spec: str, data: Data, data_dir: Path, part: Part, reading: Reading | None = None) -> Domain:
    """Read one part of a domain, and check it.

    Args:
        spec: a name in `KNOWN_SETS`, or `images:PATH`, `folder:PATH` or `parquet:PATH`, which may begin with `NAME=`.
        data: "bundled" for the images that come with the package, "full" for the whole set; ignored for a user's
            own images.
        data_dir: folder of the full data in torchvision's layout; missing files are downloaded to it.
        part: training or test set.
        reading: how images are read; None for the defaults.

    Raises:
        InputError: if the name is unknown, or the data are missing, damaged or not as expected.
    """
    check_names(spec)
    reading = reading or Reading()
    user_images = parse_user_images(spec)
    if user_images is not None:
        domain = read_user_images(user_images, part, reading)
        check_domain(domain, f"{user_images} ({part})")
        return domain
    known = KNOWN_SETS[spec]
    if data == "full":
        domain = known.read_full(data_dir, part)
    elif known.read_bundled is not None:
        domain = known.read_bundled(part)
    else:
        raise InputError(
            f"{spec} is not bundled; leave --bundled out, and give its folder as --data-dir DIR or let it be downloaded"
        )
    where = f"{spec} ({part}, {'bundled' if data == 'bundled' else f'full, in {data_dir}'})"
    check_domain(domain, where)
    check_shape(domain, known.channels, known.side, where)
    if known.digits:
        check_polarity(domain, where)
    return with_side(domain, reading.sides.get(spec, domain.side))


def _same_images(first: str, second: str) -> bool:
    """Whether one known set is made of the other's images, or both are made of a third's."""
    origins = [KNOWN_SETS[spec].made_of or spec for spec in (first, second) if spec in KNOWN_SETS]
    return len(origins) == 2 and origins[0] == origins[1]


def _with_classes_of(labelled: Domain, unlabelled: Domain, spec: str, part: Part) -> Domain:
    if labelled.labels is not None and part == "train":
        check_counts(spec, unlabelled, labelled.classes)
    return replace(unlabelled, classes=labelled.classes, class_names=labelled.class_names)
