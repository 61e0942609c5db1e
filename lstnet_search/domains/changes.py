"""Domains with another side, or with fewer classes."""

from collections.abc import Sequence
from dataclasses import replace

import torch

from lstnet_search.domains.class_names import comparable
from lstnet_search.domains.domain import Domain, to_bytes, to_unit_range
from lstnet_search.domains.resize import resize_to
from lstnet_search.errors import InputError, listed

_CHUNK = 1024


def with_side(domain: Domain, side: int) -> Domain:
    """The domain with its images resized to a side by plain resizing; the same domain if they have that side."""
    if domain.side == side:
        return domain
    chunks = [to_bytes(resize_to(to_unit_range(chunk), side)) for chunk in domain.images.split(_CHUNK)]
    remark = f"{domain.name}: images of {domain.side}x{domain.side} were resized to {side}x{side}"
    return replace(domain, images=torch.cat(chunks), remarks=(*domain.remarks, remark))


def with_common_classes(first: Domain, second: Domain) -> tuple[Domain, Domain]:
    """Both domains with only the images of classes that both have. Unlabelled domains stay as they are.

    Raises:
        InputError: if they have fewer than two classes in common.
    """
    if first.labels is None or second.labels is None:
        return first, second
    others = set(comparable(second.named_classes()))
    common = [name for name in comparable(first.named_classes()) if name in others]
    if len(common) < 2:
        raise InputError(
            f"{first.name} and {second.name} have {len(common)} classes in common; at least two are needed: rename "
            "classes, or choose another domain"
        )
    return _with_classes(first, common), _with_classes(second, common)


def _with_classes(domain: Domain, kept: Sequence[str]) -> Domain:
    assert domain.labels is not None
    names = comparable(domain.named_classes())
    if list(names) == list(kept):
        return domain
    numbers = torch.tensor([kept.index(name) if name in kept else -1 for name in names])
    labels = numbers[domain.labels]
    left = (labels >= 0).nonzero().flatten()
    dropped = [name for name in names if name not in kept]
    remark = (
        f"{domain.name}: {len(domain) - len(left)} images of classes that only it has are left out ({listed(dropped)})"
    )
    return replace(
        domain.take(left),
        labels=labels[left],
        classes=len(kept),
        class_names=tuple(kept),
        remarks=(*domain.remarks, remark),
    )
