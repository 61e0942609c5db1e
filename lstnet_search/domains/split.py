"""Splits a training set into a training part and a validation part."""

import torch

from lstnet_search.domains.domain import Domain
from lstnet_search.errors import InputError


def split(domain: Domain, fraction: float, seed: int, name: str = "validation_fraction") -> tuple[Domain, Domain]:
    """Split a domain in two, the same way on every machine.

    Args:
        domain: the domain to split; both parts keep its order.
        fraction: share of the images that goes to the validation part; of each class, if there are labels.
        seed: decides which images go to which part.
        name: what the fraction is called, for messages.

    Returns:
        The training part and the validation part; every image is in exactly one of them.

    Raises:
        InputError: if a part would be empty.
    """
    order = torch.randperm(len(domain), generator=torch.Generator().manual_seed(seed))
    groups = torch.zeros(len(domain), dtype=torch.int64) if domain.labels is None else domain.labels.cpu()
    in_validation = torch.zeros(len(domain), dtype=torch.bool)
    for group in range(domain.classes):
        members = order[groups[order] == group]
        in_validation[members[: round(fraction * len(members))]] = True
    if in_validation.all() or not in_validation.any():
        raise InputError(
            f"{name}={fraction:g} of {len(domain)} images of {domain.name} leaves a part empty; "
            "both parts need at least one image: change the fraction or give more images"
        )
    return domain.take((~in_validation).nonzero().flatten()), domain.take(in_validation.nonzero().flatten())
