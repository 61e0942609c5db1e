"""Images of one domain, and of the two that are translated into each other."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Literal

import torch
from torch import Tensor

from lstnet_search.config.metrics import directions_of
from lstnet_search.errors import InputError

Part = Literal["train", "test"]
"""The original training or test set of a domain."""


@dataclass(frozen=True, eq=False)
class Domain:
    """Images, and labels where they are known.

    Attributes:
        name: the registry's name, "mnist".
        images: uint8, (N, C, H, W), H = W, C = 1 or 3; 0 is the background of digits.
        labels: int64, (N,), in [0, classes); None where nobody labelled them.
        classes: number of classes.
        class_names: of a user's own images, in the order of their labels; None where classes are their numbers.
        remarks: what should be known of how they were read, a sentence each.
    """

    name: str
    images: Tensor
    labels: Tensor | None
    classes: int = 10
    class_names: tuple[str, ...] | None = None
    remarks: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.images)

    @property
    def channels(self) -> int:
        """Channels of an image, 1 or 3."""
        return self.images.shape[1]

    @property
    def side(self) -> int:
        """Height and width of an image, pixels."""
        return self.images.shape[2]

    def named_classes(self) -> tuple[str, ...]:
        """Names of all classes, in the order of their labels."""
        return self.class_names or tuple(map(str, range(self.classes)))

    def channel_means(self) -> Tensor:
        """Mean over images and pixels of each channel, (C,) float32 on the CPU, in [-1, 1]."""
        flat = self.images.transpose(0, 1).flatten(1)
        return (flat.sum(1, dtype=torch.float64) / flat.shape[1] / 127.5 - 1).float().cpu()

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change with any image, label or shape."""
        digest = sha256(repr(tuple(self.images.shape)).encode())
        digest.update(self.images.contiguous().numpy(force=True).tobytes())
        if self.labels is not None:
            digest.update(self.labels.contiguous().numpy(force=True).tobytes())
        return digest.hexdigest()[:16]

    def take(self, indices: Tensor) -> "Domain":
        """The images at some places, (M,) int64, in that order."""
        labels = None if self.labels is None else self.labels[indices]
        return replace(self, images=self.images[indices], labels=labels)

    def to(self, device: torch.device) -> "Domain":
        """The same on another device."""
        labels = None if self.labels is None else self.labels.to(device)
        return replace(self, images=self.images.to(device), labels=labels)


@dataclass(frozen=True, eq=False)
class DomainPair:
    """The two domains of a search: `a` is the paper's X1, `b` its X2.

    Raises:
        InputError: if they cannot be told apart by name, or do not share their classes.
    """

    a: Domain
    b: Domain

    def __post_init__(self) -> None:
        if self.a.name == self.b.name:  # both directions would have one name
            raise InputError(f"both domains are {self.a.name!r}; they must differ: name another one")
        if self.a.named_classes() == self.b.named_classes():
            return
        if self.a.class_names is None and self.b.class_names is None:
            differ = f"{self.a.name} has {self.a.classes} classes, {self.b.name} has {self.b.classes}"
        else:
            only = [
                f"only {mine.name} has {', '.join(map(repr, names))}"
                for mine, other in ((self.a, self.b), (self.b, self.a))
                if (names := [each for each in mine.named_classes() if each not in other.named_classes()])
            ]
            differ = f"the classes of {self.a.name} and {self.b.name} differ: {', '.join(only)}"
        raise InputError(f"{differ}; they must be the same: rename them, or leave out those that only one has")

    def __iter__(self) -> Iterator[Domain]:
        return iter((self.a, self.b))

    @property
    def directions(self) -> tuple[str, str]:
        """Names of both directions, of `a` to `b` first; images of the first are labelled by the second."""
        return directions_of(self.a.name, self.b.name)

    @property
    def fingerprint(self) -> str:
        """Of both domains, `a`'s first."""
        return f"{self.a.fingerprint}-{self.b.fingerprint}"

    def to(self, device: torch.device) -> "DomainPair":
        """The same on another device."""
        return DomainPair(self.a.to(device), self.b.to(device))


def to_unit_range(images: Tensor) -> Tensor:
    """Images with values 0 to 255 as float32 in [-1, 1], same shape."""
    return (images.to(torch.float32) / 127.5).sub_(1.0)  # not in place: float32 input is the caller's


def to_bytes(images: Tensor) -> Tensor:
    """Images in [-1, 1] as uint8 with values 0 to 255, rounded, same shape."""
    return images.float().add(1).mul(127.5).round().clamp(0, 255).to(torch.uint8)
