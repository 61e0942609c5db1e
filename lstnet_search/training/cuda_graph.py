"""A training step that is captured as a CUDA graph and replayed, which saves the time to launch its kernels."""

from collections.abc import Callable

import torch
from torch import Tensor

WARM_UP = 3
"""Number of ordinary steps before capture. In these, optimisers create their state and cuDNN chooses algorithms."""


class CapturedStep:
    """A step on batches of a fixed shape, on a CUDA device.

    The first steps run normally, on a side stream, as capture requires. Each step overwrites the tensor that the
    previous one returned.
    """

    def __init__(self, step: Callable[..., Tensor]) -> None:
        """Prepare for capture.

        Args:
            step: the step. It must not copy values to the host, and its optimisers must be capturable.
        """
        self._step = step
        self._taken = 0
        self._stream = torch.cuda.Stream()
        self._graph: torch.cuda.CUDAGraph | None = None
        self._inputs: tuple[Tensor, ...] = ()
        self._output = torch.empty(0)

    def __call__(self, *batch: Tensor) -> Tensor:
        """Take one step. Shapes, dtypes and memory layouts must be those of the first batch."""
        if self._taken < WARM_UP:
            self._taken += 1
            return self._on_side_stream(batch)
        if self._graph is None:
            self._inputs = tuple(tensor.clone() for tensor in batch)
            self._graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self._graph):
                self._output = self._step(*self._inputs)
        for captured, tensor in zip(self._inputs, batch, strict=True):
            captured.copy_(tensor)
        self._graph.replay()
        return self._output

    def _on_side_stream(self, batch: tuple[Tensor, ...]) -> Tensor:
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            output = self._step(*batch)
        torch.cuda.current_stream().wait_stream(self._stream)
        return output
