"""A step of training recorded once as a CUDA graph and replayed: the host no longer waits on launching kernels."""

from collections.abc import Callable

import torch
from torch import Tensor

WARM_UP = 3
"""Steps taken as they are before recording: optimisers make their state, cuDNN chooses algorithms."""


class CapturedStep:
    """A step on batches of one fixed shape, on a CUDA device.

    The first steps are taken as they are, on a stream of their own, as recording asks for. What a
    step returns is overwritten by the next one.
    """

    def __init__(self, step: Callable[..., Tensor]) -> None:
        """Record later.

        Args:
            step: must not read values back to the host; its optimisers must be capturable.
        """
        self._step = step
        self._taken = 0
        self._stream = torch.cuda.Stream()
        self._graph: torch.cuda.CUDAGraph | None = None
        self._inputs: tuple[Tensor, ...] = ()
        self._output = torch.empty(0)

    def __call__(self, *batch: Tensor) -> Tensor:
        """Take one step; shapes, types and layouts must be those of the first."""
        if self._taken < WARM_UP:
            self._taken += 1
            return self._beside(batch)
        if self._graph is None:
            self._inputs = tuple(each.clone() for each in batch)
            self._graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self._graph):
                self._output = self._step(*self._inputs)
        for place, given in zip(self._inputs, batch, strict=True):
            place.copy_(given)
        self._graph.replay()
        return self._output

    def _beside(self, batch: tuple[Tensor, ...]) -> Tensor:
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            output = self._step(*batch)
        torch.cuda.current_stream().wait_stream(self._stream)
        return output
