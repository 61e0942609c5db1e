"""Images of one domain, and of the two that are translated into each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Domain:
    """Images, and labels where they are known.

    Attributes:
        name: the registry's name, "mnist".
        images: uint8, (N, C, H, W), H = W, C = 1 or 3; 0 is the background of digits.
        labels: int64, (N,), in [0, classes); None where nobody labelled them.
        classes: number of classes.
    """

    name: str
    images: Tensor
    labels: Tensor | None
    classes: int = 10

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
        return Domain(self.name, self.images[indices], labels, self.classes)

    def to(self, device: torch.device) -> "Domain":
        """The same on another device."""
        labels = None if self.labels is None else self.labels.to(device)
        return Domain(self.name, self.images.to(device), labels, self.classes)


@dataclass(frozen=True, eq=False)
class DomainPair:
    """The two domains of a search: `a` is the paper's X1, `b` its X2."""

    a: Domain
    b: Domain

    def __iter__(self) -> Iterator[Domain]:
        return iter((self.a, self.b))

    @property
    def directions(self) -> tuple[str, str]:
        """Names of both directions, of `a` to `b` first; images of the first are labelled by the second."""
        return f"{self.a.name}_to_{self.b.name}", f"{self.b.name}_to_{self.a.name}"

    def to(self, device: torch.device) -> "DomainPair":
        """The same on another device."""
        return DomainPair(self.a.to(device), self.b.to(device))


def to_unit_range(images: Tensor) -> Tensor:
    """uint8 images as float32 in [-1, 1], same shape."""
    return images.to(torch.float32).div_(127.5).sub_(1.0)
