"""Endless random batches of both domains, drawn on the device, that a checkpoint can resume."""

import torch
from torch import Tensor

from lstnet_search.config.seeding import derive_seed
from lstnet_search.domains.augmentation import Augmentation, send
from lstnet_search.domains.domain import Domain, DomainPair


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
    ) -> None:
        self._streams = {
            "a": _Stream(pair.a, batch_size, augmentation, device, derive_seed(seed, "batches", "a")),
            "b": _Stream(pair.b, batch_size, augmentation, device, derive_seed(seed, "batches", "b")),
        }

    def draw(self) -> tuple[Tensor, Tensor]:
        """The next batch.

        Returns:
            x_a, x_b: float32 in [-1, 1], (B, C, H, W) of each domain, channels_last.
        """
        return self._streams["a"].draw(), self._streams["b"].draw()

    def state_dict(self) -> dict[str, Tensor]:
        """All that decides the draws to come, as CPU tensors."""
        return {
            f"{place}.{name}": value
            for place, stream in self._streams.items()
            for name, value in stream.state_dict().items()
        }

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Go on where `state_dict` was taken.

        Raises:
            ValueError: if the state was taken with another number of images.
        """
        for place, stream in self._streams.items():
            prefix = f"{place}."
            stream.load_state_dict(
                {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
            )


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

    def draw(self) -> Tensor:
        """The next batch, float32 in [-1, 1], (B, C, H, W), channels_last."""
        chosen = self.images.index_select(0, self._next_indices())
        augmented = self.augmentation.apply(chosen, self.augmentation_generator)
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
