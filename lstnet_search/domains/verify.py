"""Checks whether the files of a known set hold the original data, bit for bit."""

from pathlib import Path

from lstnet_search.domains.domain import Domain, Part
from lstnet_search.domains.registry import Data, load
from lstnet_search.domains.sets.svhn import svhn_is_original
from lstnet_search.domains.sets.torchvision import USPS_FILES
from lstnet_search.errors import InputError

MNIST_FINGERPRINTS: dict[Part, str] = {"train": "71d3be42f93ad20d", "test": "4718853ea946af65"}
DIGITS_FINGERPRINTS: dict[Part, str] = {"train": "acec7c187c1ba8ed", "test": "7821fb1624245ad5"}
"""`Domain.fingerprint` of the full sets."""


def load_and_verify(name: str, data: Data, data_dir: Path, part: Part) -> tuple[Domain, str]:
    """Read one part of a known set, and compare it with the original.

    Returns:
        The domain, and a description of the result.

    Raises:
        InputError: if the data are damaged or not the original.
    """
    domain = load(name, data, data_dir, part)
    if data == "bundled" and name != "digits":
        return domain, "the checksum is right"
    match name:
        case "digits":
            is_original = domain.fingerprint == DIGITS_FINGERPRINTS[part]
        case "mnist":
            is_original = domain.fingerprint == MNIST_FINGERPRINTS[part]
        case "usps" if not (data_dir / USPS_FILES[part]).is_file():
            return domain, f"the bundled copy, because {data_dir} has no {USPS_FILES[part]}; its checksum is right"
        case "usps":  # the whole set is bundled
            is_original = domain.fingerprint == load("usps", "bundled", data_dir, part).fingerprint
        case "svhn":
            is_original = svhn_is_original(data_dir, part)
        case _:
            return domain, "count, shape, labels and range are right; there is no known checksum to compare with"
    if not is_original:
        raise InputError(
            f"{name} ({part}) in {data_dir} is not the original, although its count and shape are right; restore the "
            "original files, or delete them and fetch them again"
        )
    found = "".join(f"; {remark.removeprefix(f'{name}: ')}" for remark in domain.remarks)
    return domain, f"the original, bit for bit{found}"
