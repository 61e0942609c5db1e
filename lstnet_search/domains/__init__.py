"""Images: known data sets, users' own images, splits, and augmented batches on the device. Knows nothing of methods."""

from lstnet_search.domains.augmentation import Augmentation
from lstnet_search.domains.batches import IMAGES_ONLY, Batches, Inputs
from lstnet_search.domains.domain import Domain, DomainPair, Part, to_bytes, to_unit_range
from lstnet_search.domains.registry import load, load_pair
from lstnet_search.domains.resize import resize_to
from lstnet_search.domains.split import split

__all__ = [
    "IMAGES_ONLY",
    "Augmentation",
    "Batches",
    "Domain",
    "DomainPair",
    "Inputs",
    "Part",
    "load",
    "load_pair",
    "resize_to",
    "split",
    "to_bytes",
    "to_unit_range",
]
