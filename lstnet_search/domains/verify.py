"""Whether a known set is the original, to the bit."""

from pathlib import Path

from lstnet_search.domains.domain import Domain, Part
from lstnet_search.domains.registry import Data, load
from lstnet_search.domains.sets.svhn import svhn_is_original
from lstnet_search.errors import InputError

MNIST_FINGERPRINTS: dict[Part, str] = {"train": "71d3be42f93ad20d", "test": "4718853ea946af65"}
"""`Domain.fingerprint` of the full set."""


def verified(name: str, data: Data, data_dir: Path, part: Part) -> tuple[Domain, str]:
    """Read one part of a known set, and compare it with the original.

    Returns:
        It, and what is known of it, for people.

    Raises:
        InputError: if it is damaged or not the original.
    """
    domain = load(name, data, data_dir, part)
    if data == "bundled":
        return domain, "checksum right"
    match name:
        case "mnist":
            right = domain.fingerprint == MNIST_FINGERPRINTS[part]
        case "usps":  # bundled whole
            right = domain.fingerprint == load("usps", "bundled", data_dir, part).fingerprint
        case "svhn":
            right = svhn_is_original(data_dir, part)
        case _:
            return domain, "count, shape, labels and range right; no checksum of it is known"
    if not right:
        raise InputError(
            f"{name} ({part}) in {data_dir} is not the original, though it has its count and shape; restore the "
            "original files, or delete them and fetch them again"
        )
    return domain, "the original, to the bit"
