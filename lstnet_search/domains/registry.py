"""The domains that can be named, and where each is read."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from lstnet_search.config.domain_names import name_of, own_images
from lstnet_search.domains.checks import check_domain, check_polarity, check_shape
from lstnet_search.domains.domain import Domain, DomainPair, Part
from lstnet_search.domains.sets.bundled import read_bundled
from lstnet_search.domains.sets.svhn import read_svhn
from lstnet_search.domains.sets.textured import textured
from lstnet_search.domains.sets.torchvision import read_fashion, read_mnist, read_usps
from lstnet_search.domains.user_images.domain import check_counts, read_own
from lstnet_search.domains.user_images.listing import check_place
from lstnet_search.errors import InputError

Data = Literal["bundled", "full"]


@dataclass(frozen=True)
class Source:
    """A set that can be named.

    Attributes:
        read_full: reads it whole from a folder.
        side: height and width that its images must have, pixels.
        channels: that they must have.
        digits: whether they must be bright digits on a dark background.
        read_bundled: reads what comes with the package; None where nothing does.
    """

    read_full: Callable[[Path, Part], Domain]
    side: int
    channels: int = 1
    digits: bool = True
    read_bundled: Callable[[Part], Domain] | None = None


SOURCES: dict[str, Source] = {
    "mnist": Source(read_mnist, 28, read_bundled=lambda part: read_bundled("mnist", part)),
    "usps": Source(read_usps, 16, read_bundled=lambda part: read_bundled("usps", part)),
    "svhn": Source(read_svhn, 32, channels=3, digits=False),
    "fashion": Source(read_fashion, 28, digits=False),
    "textured": Source(
        lambda data_dir, part: textured(read_mnist(data_dir, part), part),
        32,
        channels=3,
        digits=False,
        read_bundled=lambda part: textured(read_bundled("mnist", part), part),
    ),
}


def is_digits(asked: str) -> bool:
    """Whether a domain is known to show bright digits on a dark background."""
    return asked in SOURCES and SOURCES[asked].digits


def needs_full(domains: tuple[str, ...]) -> bool:
    """Whether one of some domains does not come with the package, nor is a user's own."""
    return any(name in SOURCES and SOURCES[name].read_bundled is None for name in domains)


def check_names(*domains: str) -> None:
    """Check what can be checked of domains before anything is read.

    Raises:
        InputError: if one is not known or not there, or two have one name.
    """
    for asked in domains:
        own = own_images(asked)
        if own is not None:
            check_place(own)
        elif asked not in SOURCES:
            raise InputError(
                f"unknown domain {asked!r}; allowed: {', '.join(SOURCES)}, folder:PATH, parquet:PATH: correct its name"
            )
    names = [name_of(asked) for asked in domains]
    if len(set(names)) == len(names):
        return
    own = own_images(domains[-1])
    if own is None:
        raise InputError(f"both domains are {names[0]!r}; they must differ: name another one")
    raise InputError(
        f"both domains are called {names[0]!r}; their names must differ: name another one, or put a name of yours "
        f"before one, as in --domains {domains[0]} other={own}"
    )


def load_pair(names: tuple[str, str], data: Data, data_dir: Path, part: Part, *, skip_bad: bool = False) -> DomainPair:
    """Read one part of two domains, as `load` does; one that nobody labelled has the classes of the other.

    Raises:
        InputError: as `load`, or if it is one domain twice, or their classes differ.
    """
    check_names(*names)
    first, second = (load(name, data, data_dir, part, skip_bad=skip_bad) for name in names)
    if first.labels is None:
        first = _with_classes_of(second, first, names[0], part)
    elif second.labels is None:
        second = _with_classes_of(first, second, names[1], part)
    return DomainPair(first, second)


def load(asked: str, data: Data, data_dir: Path, part: Part, *, skip_bad: bool = False) -> Domain:
    """Read one part of a domain, and check it.

    Args:
        asked: a name of `SOURCES`, `folder:PATH` or `parquet:PATH`, either with `NAME=` before it.
        data: "bundled" reads what comes with the package, "full" the whole set; alike for a user's own.
        data_dir: where the full data lie in torchvision's layout; what is missing is downloaded to it.
        part: the training or test set.
        skip_bad: leave out images of a user that cannot be read, if they are few.

    Raises:
        InputError: if the name is unknown, or the data are missing, damaged, or not as promised.
    """
    check_names(asked)
    own = own_images(asked)
    if own is not None:
        domain = read_own(own, part, skip_bad)
        check_domain(domain, f"{own} ({part})")
        return domain
    source = SOURCES[asked]
    if data == "bundled":
        if source.read_bundled is None:
            raise InputError(
                f"{asked} is not bundled; leave --bundled out, and give --data-dir DIR where it lies, or let it be "
                "downloaded"
            )
        domain = source.read_bundled(part)
    else:
        domain = source.read_full(data_dir, part)
    where = f"{asked} ({part}, {'bundled' if data == 'bundled' else f'full, in {data_dir}'})"
    check_domain(domain, where)
    check_shape(domain, source.channels, source.side, where)
    if source.digits:
        check_polarity(domain, where)
    return domain


def _with_classes_of(labelled: Domain, other: Domain, asked: str, part: Part) -> Domain:
    if labelled.labels is not None and part == "train":
        check_counts(asked, other, labelled.classes)
    return replace(other, classes=labelled.classes, class_names=labelled.class_names)
