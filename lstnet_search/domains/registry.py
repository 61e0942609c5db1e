"""The domains that can be named, and where each is read."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lstnet_search.config import InputError
from lstnet_search.domains.bundled import read_bundled
from lstnet_search.domains.checks import check_digits, check_domain
from lstnet_search.domains.domain import Domain, DomainPair, Part
from lstnet_search.domains.full import read_mnist, read_usps


@dataclass(frozen=True)
class Source:
    """How a domain is read whole, and the side that its images must have, pixels."""

    read_full: Callable[[Path, Part], Domain]
    side: int


SOURCES: dict[str, Source] = {
    "mnist": Source(read_full=read_mnist, side=28),
    "usps": Source(read_full=read_usps, side=16),
}


def load_pair(names: tuple[str, str], data: Literal["bundled", "full"], data_dir: Path, part: Part) -> DomainPair:
    """Read one part of two domains, as `load` does.

    Raises:
        InputError: as `load`, or if it is one domain twice.
    """
    first, second = names
    return DomainPair(load(first, data, data_dir, part), load(second, data, data_dir, part))


def load(name: str, data: Literal["bundled", "full"], data_dir: Path, part: Part) -> Domain:
    """Read one part of a domain, and check it.

    Args:
        name: "mnist" or "usps".
        data: "bundled" reads what comes with the package, "full" the whole set.
        data_dir: where the full data lie in torchvision's layout; MNIST is downloaded to it if missing.
        part: the original training or test set.

    Raises:
        InputError: if the name is unknown, or the data are missing, damaged, or not as promised.
    """
    if name not in SOURCES:
        raise InputError(f"unknown domain {name!r}; allowed: {', '.join(SOURCES)}: correct its name")
    source = SOURCES[name]
    domain = read_bundled(name, part) if data == "bundled" else source.read_full(data_dir, part)
    where = f"{name} ({part}, {'bundled' if data == 'bundled' else f'full, in {data_dir}'})"
    check_domain(domain, where)
    check_digits(domain, source.side, where)
    return domain
