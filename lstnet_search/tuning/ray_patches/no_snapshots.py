"""Keeping Ray Tune from writing snapshots of a run, which nobody reads: a search goes on from its study."""

from collections.abc import Iterator
from contextlib import contextmanager

from ray.tune.execution.tune_controller import TuneController


@contextmanager
def without_snapshots() -> Iterator[None]:
    """Let a run in the block write its state at its end alone.

    Where checkpoints are thrown away (`num_to_keep`), Ray writes the state of all trials after each checkpoint of
    any: time that grows with the square of their number, and no setting changes it. Some of what comes after a run
    wants a last one.
    """
    original = TuneController.checkpoint

    def checkpoint(self: TuneController, force: bool = False, wait: bool = False) -> None:
        if force:
            original(self, force, wait)

    TuneController.checkpoint = checkpoint  # type: ignore[method-assign]
    try:
        yield
    finally:
        TuneController.checkpoint = original  # type: ignore[method-assign]
