"""Ray Tune writes no snapshots of a run: nobody reads them, because a search resumes from its study."""

from collections.abc import Iterator
from contextlib import contextmanager

from ray.tune.execution.tune_controller import TuneController


@contextmanager
def without_snapshots() -> Iterator[None]:
    """Make a run in the block write its state only at its end, where Ray's code needs it.

    With `num_to_keep` set, Ray writes the state of all trials after every checkpoint of any trial. That time grows
    with the square of the number of trials, and no setting changes it. Replaces `TuneController.checkpoint`
    (Ray 2.60.0).
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
