"""Endless random batches of both domains, drawn on the device, that a checkpoint can resume."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lstnet_search.domains.augmentation import Augmentation, send
from lstnet_search.domains.domain import Domain, DomainPair
from lstnet_search.seeding import derive_seed


@dataclass(frozen=True)
class Inputs:
    """What a step takes beside images of both domains.

    Attributes:
        labelled: domains of which it takes images with labels too, in this order. They are drawn apart:
            what else is drawn of a domain must not depend on its labels.
        balanced: whether as many of each class are drawn there, with replacement.
        noise: shapes of normal noise for each image of a batch.
    """

    labelled: tuple[int, ...] = ()
    balanced: bool = False
    noise: tuple[tuple[int, ...], ...] = ()


IMAGES_ALONE = Inputs()


class Batches:
    """Augmented batches of a pair, each domain walking through its own permutations.

    Every batch is full: what is left of a permutation begins the next batch. Both domains have generators
    of their own, one for the order and one for the augmentation, so that no draw depends on another kind.
    All are on the CPU: a seed means the same on every device, and a run resumes on another.
    """

    def __init__(
        self,
        pair: DomainPair,
        batch_size: int,
        augmentation: Augmentation,
        device: torch.device,
        seed: int,
        inputs: Inputs = IMAGES_ALONE,
    ) -> None:
        def stream(place: int, purpose: str, kind: type[_Stream]) -> _Stream:
            domain = (pair.a, pair.b)[place]
            return kind(domain, batch_size, augmentation, device, derive_seed(seed, purpose, "ab"[place]))

        self._device = device
        self._noise = [(batch_size, *shape) for shape in inputs.noise]
        self._noise_generator = torch.Generator().manual_seed(derive_seed(seed, "noise"))
        self._streams = {"ab"[place]: stream(place, "batches", _Stream) for place in (0, 1)}
        kind = _BalancedStream if inputs.balanced else _LabelledStream
        self._labelled = {f"labelled_{'ab'[place]}": stream(place, "labelled", kind) for place in inputs.labelled}

    def draw(self) -> tuple[Tensor, ...]:
        """The next batch.

        Returns:
            x_a, x_b: float32 in [-1, 1], (B, C, H, W) of each domain, channels_last; then of each
            labelled domain such images and their labels, (B,) int64; then noise, float32.
        """
        images = (stream.draw()[0] for stream in self._streams.values())
        labelled = (part for stream in self._labelled.values() for part in stream.draw())
        noise = (torch.randn(shape, generator=self._noise_generator) for shape in self._noise)
        return *images, *labelled, *(send(each, self._device) for each in noise)

    def state_dict(self) -> dict[str, Tensor]:
        """All that decides the draws to come, as CPU tensors."""
        return {
            f"{place}.{name}": value for place, stream in self._all() for name, value in stream.state_dict().items()
        } | ({"noise_generator": self._noise_generator.get_state()} if self._noise else {})

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Go on where `state_dict` was taken.

        Raises:
            ValueError: if the state was taken with another number of images.
        """
        for place, stream in self._all():
            prefix = f"{place}."
            stream.load_state_dict(
                {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
            )
        if self._noise:
            self._noise_generator.set_state(state["noise_generator"].cpu())

    def _all(self) -> Iterator[tuple[str, "_Stream"]]:
        yield from self._streams.items()
        yield from self._labelled.items()


class _Stream:
    """Endless random batches of one domain."""

    def __init__(
        self,
        domain: Domain,
        batch_size: int,
        augmentation: Augmentation,
        device: torch.device,
        seed: int,
    ) -> None:
        self.name = domain.name
        self.images = domain.images.to(device)
        self.batch_size = batch_size
        self.augmentation = augmentation
        self.order_generator = torch.Generator().manual_seed(derive_seed(seed, "order"))
        self.augmentation_generator = torch.Generator().manual_seed(derive_seed(seed, "augmentation"))
        self._shuffle()

    def draw(self) -> tuple[Tensor, ...]:
        """The next batch, float32 in [-1, 1], (B, C, H, W), channels_last."""
        return (self._images(self._next_indices()),)

    def _images(self, places: Tensor) -> Tensor:
        augmented = self.augmentation.apply(self.images.index_select(0, places), self.augmentation_generator)
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
                f"the state is of {len(state['permutation'])} images, {self.name} has {len(self.images)};"
                " resume with the data that it was taken with."
            )
        self.permutation = state["permutation"].to(self.images.device, copy=True)
        self.position = int(state["position"])
        self.order_generator.set_state(state["order_generator"].cpu())
        self.augmentation_generator.set_state(state["augmentation_generator"].cpu())

    def _shuffle(self) -> None:
        self.permutation = send(torch.randperm(len(self.images), generator=self.order_generator), self.images.device)
        self.position = 0

    def _next_indices(self) -> Tensor:
        """The next B places of the walk, int64, on the device."""
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
    """Endless random batches of one domain with their labels."""

    def __init__(
        self, domain: Domain, batch_size: int, augmentation: Augmentation, device: torch.device, seed: int
    ) -> None:
        assert domain.labels is not None
        self.labels = domain.labels.to(device)
        super().__init__(domain, batch_size, augmentation, device, seed)

    def draw(self) -> tuple[Tensor, ...]:
        """The next batch as its base has it, and its labels, (B,) int64."""
        places = self._next_indices()
        return self._images(places), self.labels.index_select(0, places)


class _BalancedStream(_LabelledStream):
    """The same with equally many of each class, drawn with replacement; a rest goes to the first classes."""

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
            members[torch.randint(len(members), (share + (place < rest),), generator=self.order_generator)]
            for place, members in enumerate(self._members)
        ]
        mixed = torch.randperm(self.batch_size, generator=self.order_generator)  # a part of a batch is balanced too
        return send(torch.cat(drawn)[mixed], self.images.device)
