"""A node that runs low on memory: Ray ends its newest processes, which Ray Tune is to take for any that died."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ray.air.execution._internal import RayActorManager
from ray.exceptions import OutOfMemoryError, RayActorError

UNCOUNTED = 50
"""So many of a run's errors do not count as failures of their trials: others may want the memory for a while only."""


@contextmanager
def low_memory_survived() -> Iterator[None]:
    """Let a run in the block begin trials again whose processes Ray ended for want of their node's memory.

    Ray Tune knows errors of actors and of their tasks. This one is neither, and would end the whole run. It is taken
    for that of a process that a node took away, which is not counted.
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
    def told(self: RayActorManager, *, exception: Exception, **tracked: Any) -> None:
        if isinstance(exception, OutOfMemoryError):
            exception = RayActorError(error_msg=str(exception), preempted=next(uncounted, None) is not None)
        failed(self, exception=exception, **tracked)

    return told
