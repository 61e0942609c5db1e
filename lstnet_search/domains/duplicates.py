"""Finds images that are in two sets."""

from lstnet_search.domains.domain import Domain


def shared_images(first: Domain, second: Domain) -> int:
    """How many images of the second set have the pixels of one of the first; 0 if their shapes differ."""
    if first.images.shape[1:] != second.images.shape[1:]:
        return 0
    known = set(map(bytes, first.images.flatten(1).numpy(force=True)))
    return sum(bytes(image) in known for image in second.images.flatten(1).numpy(force=True))
