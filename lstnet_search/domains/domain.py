"""The images of one domain, and of the two domains that are translated into each other."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Any, Final, Literal, Self, get_args

import torch
from torch import Tensor

from lstnet_search.config.metrics import directions_of
from lstnet_search.config.reading import Fit
from lstnet_search.domains.class_names import comparable
from lstnet_search.errors import InputError, listed, show

Part = Literal["train", "test"]
"""The original training or test set of a domain."""

PARTS: Final[tuple[Part, Part]] = ("train", "test")


@dataclass(frozen=True)
class ReadAs:
    """How a user's images were converted to those of a domain, so that others are converted in the same way.

    Attributes:
        channels: of the original images, 3 if any was in colour.
        size: their height and width, in pixels; None if they differed.
        fit: how they became squares.
        ground: the brightness that transparent pixels got, 0 to 255.
    """

    channels: int
    size: tuple[int, int] | None
    fit: Fit = "stretch"
    ground: int = 0

    def as_dict(self) -> dict[str, Any]:
        """All attributes, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Any) -> Self:
        """The reverse of `as_dict`.

        Raises:
            ValueError, TypeError, LookupError: if it is something else.
        """
        size = content["size"]
        found = cls(content["channels"], None if size is None else tuple(size), content["fit"], content["ground"])
        numbers = (found.channels, found.ground, *(found.size or (1, 1)))
        if found.fit not in get_args(Fit) or len(numbers) != 4 or any(type(number) is not int for number in numbers):
            raise ValueError(f"no description of images: {show(content)}")
        return found


@dataclass(frozen=True, eq=False)
class Domain:
    """Images, and their labels if these are known.

    Attributes:
        name: "mnist", for example.
        images: uint8, (N, C, H, W), H = W, C = 1 or 3; 0 is the background of digits.
        labels: int64, (N,), in [0, classes); None if the images are unlabelled.
        classes: number of classes.
        class_names: names of a user's classes, in the order of their labels; None if classes are called 0, 1, 2, ….
        remarks: what the user should know about how the images were read, one sentence per remark.
        read_as: how a user's own images were converted; None for known sets.
    """

    name: str
    images: Tensor
    labels: Tensor | None
    classes: int = 10
    class_names: tuple[str, ...] | None = None
    remarks: tuple[str, ...] = ()
    read_as: ReadAs | None = None

    def __len__(self) -> int:
        return len(self.images)

    @property
    def channels(self) -> int:
        """Channels of an image, 1 or 3."""
        return self.images.shape[1]

    @property
    def side(self) -> int:
        """Height and width of an image, in pixels."""
        return self.images.shape[2]

    def named_classes(self) -> tuple[str, ...]:
        """Names of all classes, in the order of their labels."""
        return self.class_names or tuple(map(str, range(self.classes)))

    def channel_means(self) -> Tensor:
        """Mean of each channel over images and pixels, (C,) float32 on the CPU, in [-1, 1]."""
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
        """The images at the given indices, (M,) int64, in that order."""
        labels = None if self.labels is None else self.labels[indices]
        return replace(self, images=self.images[indices], labels=labels)

    def to(self, device: torch.device) -> "Domain":
        """The same domain on another device."""
        labels = None if self.labels is None else self.labels.to(device)
        return replace(self, images=self.images.to(device), labels=labels)


@dataclass(frozen=True, eq=False)
class DomainPair:
    """The two domains of a search: `a` is the paper's X1, `b` its X2.

    Raises:
        InputError: if they have the same name or different classes.
    """

    a: Domain
    b: Domain

    def __post_init__(self) -> None:
        if self.a.name == self.b.name:  # both directions would have the same name
            raise InputError(f"both domains are called {self.a.name!r}; their names must differ: choose another domain")
        classes_a, classes_b = (comparable(domain.named_classes()) for domain in self)
        if classes_a == classes_b:
            return
        if self.a.class_names is None and self.b.class_names is None:
            difference = f"{self.a.name} has {self.a.classes} classes, {self.b.name} has {self.b.classes}"
        else:
            only = [
                f"only {one.name} has {listed(repr(name) for name in names if name not in others)}"
                for one, names, others in ((self.a, classes_a, classes_b), (self.b, classes_b, classes_a))
                if set(names) - set(others)
            ]
            difference = f"the classes of {self.a.name} and {self.b.name} differ: {', '.join(only)}"
        raise InputError(
            f"{difference}; they must be the same: rename classes, or use only those that both have with "
            "--common-classes"
        )

    def __iter__(self) -> Iterator[Domain]:
        return iter((self.a, self.b))

    @property
    def directions(self) -> tuple[str, str]:
        """Names of both directions, `a` to `b` first. In `a` to `b`, `b`'s classifier labels `a`'s images."""
        return directions_of(self.a.name, self.b.name)

    @property
    def fingerprint(self) -> str:
        """The fingerprints of `a` and `b`, joined by a hyphen."""
        return f"{self.a.fingerprint}-{self.b.fingerprint}"

    def to(self, device: torch.device) -> "DomainPair":
        """The same pair on another device."""
        return DomainPair(self.a.to(device), self.b.to(device))


def to_unit_range(images: Tensor) -> Tensor:
    """Convert images from the range 0 to 255 to float32 in [-1, 1], same shape."""
    return (images.to(torch.float32) / 127.5).sub_(1.0)  # the division copies: float32 input belongs to the caller


def to_bytes(images: Tensor) -> Tensor:
    """Convert images from [-1, 1] to uint8, 0 to 255, rounded, same shape."""
    return images.float().add(1).mul(127.5).round().clamp(0, 255).to(torch.uint8)
