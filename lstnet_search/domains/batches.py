"""Endless random batches of both domains, drawn on the device and resumable from a checkpoint."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lstnet_search.domains.augmentation import Augmentation, to_device
from lstnet_search.domains.domain import Domain, DomainPair
from lstnet_search.seeding import derive_seed


@dataclass(frozen=True)
class Inputs:
    """What a training step needs in addition to one batch of images from each domain.

    Attributes:
        labelled: indices of the domains (0 or 1) that also give labelled images, in this order. These are drawn
            separately, so that the unlabelled images of a domain do not depend on its labels.
        balanced: labelled images are drawn with replacement, equally many of each class.
        noise: shapes of normal noise, per image of a batch.
    """

    labelled: tuple[int, ...] = ()
    balanced: bool = False
    noise: tuple[tuple[int, ...], ...] = ()


IMAGES_ONLY = Inputs()


class Batches:
    """Augmented batches of a pair. Each domain's images are visited in random permutations of their own.

    Every batch is full: it begins with what is left of the last permutation. Each domain has two generators of its
    own, one for the order and one for the augmentation, so that different kinds of draws are independent. All
    generators are on the CPU: a seed gives the same draws on every device, and a run can resume on another device.
    """

    def __init__(
        self,
        pair: DomainPair,
        batch_size: int,
        augmentation: Augmentation,
        device: torch.device,
        seed: int,
        inputs: Inputs = IMAGES_ONLY,
    ) -> None:
        def stream(index: int, purpose: str, kind: type[_Stream]) -> _Stream:
            domain = (pair.a, pair.b)[index]
            return kind(domain, batch_size, augmentation, device, derive_seed(seed, purpose, "ab"[index]))

        self._device = device
        self._noise_shapes = [(batch_size, *shape) for shape in inputs.noise]
        self._noise_generator = torch.Generator().manual_seed(derive_seed(seed, "noise"))
        self._images = {"ab"[index]: stream(index, "batches", _Stream) for index in (0, 1)}
        kind = _BalancedStream if inputs.balanced else _LabelledStream
        self._labelled = {f"labelled_{'ab'[index]}": stream(index, "labelled", kind) for index in inputs.labelled}

    def draw(self) -> tuple[Tensor, ...]:
        """Draw the next batch.

        Returns:
            First x_a, x_b: images of each domain, float32 in [-1, 1], (B, C, H, W), channels_last. Then, for each
            labelled domain, images of the same form and their labels, (B,) int64. Then the noise, float32.
        """
        images = (stream.draw()[0] for stream in self._images.values())
        labelled = (tensor for stream in self._labelled.values() for tensor in stream.draw())
        noise = (torch.randn(shape, generator=self._noise_generator) for shape in self._noise_shapes)
        return *images, *labelled, *(to_device(values, self._device) for values in noise)

    def state_dict(self) -> dict[str, Tensor]:
        """The state that determines all later draws, as CPU tensors."""
        return {
            f"{prefix}.{name}": value
            for prefix, stream in self._streams()
            for name, value in stream.state_dict().items()
        } | ({"noise_generator": self._noise_generator.get_state()} if self._noise_shapes else {})

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Restore a `state_dict`, so that the next draws are those that followed it.

        Raises:
            ValueError: if the state belongs to a domain with another number of images.
        """
        for prefix, stream in self._streams():
            own = {name.partition(".")[2]: value for name, value in state.items() if name.startswith(f"{prefix}.")}
            stream.load_state_dict(own)
        if self._noise_shapes:
            self._noise_generator.set_state(state["noise_generator"].cpu())

    def _streams(self) -> Iterator[tuple[str, "_Stream"]]:
        yield from self._images.items()
        yield from self._labelled.items()


class _Stream:
    """Endless random batches of one domain."""

    def __init__(
        self, domain: Domain, batch_size: int, augmentation: Augmentation, device: torch.device, seed: int
    ) -> None:
        self.name = domain.name
        self.images = domain.images.to(device)
        self.batch_size = batch_size
        self.augmentation = augmentation
        self.order_generator = torch.Generator().manual_seed(derive_seed(seed, "order"))
        self.augmentation_generator = torch.Generator().manual_seed(derive_seed(seed, "augmentation"))
        self._shuffle()

    def draw(self) -> tuple[Tensor, ...]:
        """Draw the next batch, float32 in [-1, 1], (B, C, H, W), channels_last."""
        return (self._augmented(self._next_indices()),)

    def _augmented(self, indices: Tensor) -> Tensor:
        augmented = self.augmentation.apply(self.images.index_select(0, indices), self.augmentation_generator)
        return augmented.contiguous(memory_format=torch.channels_last)

    def state_dict(self) -> dict[str, Tensor]:
        return {
            "permutation": self.permutation.cpu().clone(),
            "position": torch.tensor(self.position),
            "order_generator": self.order_generator.get_state(),
            "augmentation_generator": self.augmentation_generator.get_state(),
        }

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        if len(state["permutation"]) != len(self.images):
            raise ValueError(
                f"the state was saved with {len(state['permutation'])} images, but {self.name} has "
                f"{len(self.images)}; resume with the same data"
            )
        self.permutation = state["permutation"].to(self.images.device, copy=True)
        self.position = int(state["position"])
        self.order_generator.set_state(state["order_generator"].cpu())
        self.augmentation_generator.set_state(state["augmentation_generator"].cpu())

    def _shuffle(self) -> None:
        permutation = torch.randperm(len(self.images), generator=self.order_generator)
        self.permutation = to_device(permutation, self.images.device)
        self.position = 0

    def _next_indices(self) -> Tensor:
        """The indices of the next B images, int64, on the device."""
        pieces: list[Tensor] = []
        needed = self.batch_size
        while needed:
            if self.position == len(self.images):
                self._shuffle()
            piece = self.permutation[self.position : self.position + needed]
            self.position += len(piece)
            needed -= len(piece)
            pieces.append(piece)
        return torch.cat(pieces)


class _LabelledStream(_Stream):
    """Endless random batches of one domain, with labels."""

    def __init__(
        self, domain: Domain, batch_size: int, augmentation: Augmentation, device: torch.device, seed: int
    ) -> None:
        assert domain.labels is not None
        self.labels = domain.labels.to(device)
        super().__init__(domain, batch_size, augmentation, device, seed)

    def draw(self) -> tuple[Tensor, ...]:
        """Draw the next batch of images, as the base class does, and their labels, (B,) int64."""
        indices = self._next_indices()
        return self._augmented(indices), self.labels.index_select(0, indices)


class _BalancedStream(_LabelledStream):
    """Labelled batches with equally many images of each class, drawn with replacement.

    If the batch size is not a multiple of the number of classes, the first classes get one image more.
    """

    def __init__(
        self, domain: Domain, batch_size: int, augmentation: Augmentation, device: torch.device, seed: int
    ) -> None:
        super().__init__(domain, batch_size, augmentation, device, seed)
        labels = self.labels.cpu()
        by_class = (torch.where(labels == label)[0] for label in range(domain.classes))
        self._members = [members for members in by_class if len(members)]

    def _next_indices(self) -> Tensor:
        share, rest = divmod(self.batch_size, len(self._members))
        drawn = [
            members[torch.randint(len(members), (share + (index < rest),), generator=self.order_generator)]
            for index, members in enumerate(self._members)
        ]
        mixed = torch.randperm(self.batch_size, generator=self.order_generator)  # a part is then about balanced too
        return to_device(torch.cat(drawn)[mixed], self.images.device)
