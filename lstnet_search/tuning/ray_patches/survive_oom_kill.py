"""A run survives when Ray kills processes because their node is low on memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ray.air.execution._internal import RayActorManager
from ray.exceptions import OutOfMemoryError, RayActorError

UNCOUNTED = 50
"""Number of kills per run that do not count as failures of their trials: memory may be short only for a while."""


@contextmanager
def survive_oom_kill() -> Iterator[None]:
    """Make a run in the block restart trials whose processes Ray killed because their node was low on memory.

    Ray Tune handles errors of actors and errors of their tasks. This error is neither, and would end the whole run. It
    is passed on as the error of a process that its node preempted, which Ray Tune does not count. Replaces
    `RayActorManager._actor_start_failed` and `_actor_task_failed` (Ray 2.60.0).
    """
    uncounted = iter(range(UNCOUNTED))
    start_failed, task_failed = RayActorManager._actor_start_failed, RayActorManager._actor_task_failed
    RayActorManager._actor_start_failed = _as_death(start_failed, uncounted)  # type: ignore[method-assign]
    RayActorManager._actor_task_failed = _as_death(task_failed, uncounted)  # type: ignore[method-assign]
    try:
        yield
    finally:
        RayActorManager._actor_start_failed = start_failed  # type: ignore[method-assign]
        RayActorManager._actor_task_failed = task_failed  # type: ignore[method-assign]


def _as_death(failed: Callable[..., None], uncounted: Iterator[int]) -> Callable[..., None]:
    def handle(self: RayActorManager, *, exception: Exception, **tracked: Any) -> None:
        if isinstance(exception, OutOfMemoryError):
            exception = RayActorError(error_msg=str(exception), preempted=next(uncounted, None) is not None)
        failed(self, exception=exception, **tracked)

    return handle
