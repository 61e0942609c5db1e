"""What becomes of Ray's errors."""

import errno
import io
import logging

import pytest
import torch
from ray.air.execution._internal import RayActorManager
from ray.exceptions import ActorDiedError, OutOfMemoryError, RayActorError, RayTaskError

from lstnet_search.tuning.failures.trial_failure import hush_failures
from lstnet_search.tuning.ray_patches.survive_oom_kill import UNCOUNTED, low_memory_survived


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "why"), False),
        (OSError(errno.EROFS, "why"), False),
        (OSError(errno.EACCES, "why"), True),
        (RayActorError(error_msg="why"), False),
        (ActorDiedError(RayTaskError("setup", "why", ValueError("why"))), True),
        (torch.OutOfMemoryError("why"), False),
        (RayTaskError("step", "why", torch.OutOfMemoryError("why")).as_instanceof_cause(), False),
        (ValueError("why"), True),
    ],
    ids=["full disk", "read-only", "denied", "died", "setup failed", "out of memory", "that in a worker", "another"],
)
def test_rays_stack_traces_are_kept_from_the_terminal_where_a_sentence_says_it(
    error: Exception, said: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger, text = logging.getLogger("ray"), io.StringIO()
    monkeypatch.setattr(logger, "handlers", [logging.StreamHandler(text)])
    hush_failures()
    logging.getLogger("ray.tune").error("a trial failed", exc_info=error)
    assert ("why" in text.getvalue()) == said


def test_a_stack_trace_in_the_text_of_one_of_rays_messages_is_kept_from_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    logger, text = logging.getLogger("ray"), io.StringIO()
    monkeypatch.setattr(logger, "handlers", [logging.StreamHandler(text)])
    hush_failures()
    logger.error("Unhandled error: ... OSError: Read-only file system")
    logger.error("Unhandled error: another")
    assert text.getvalue() == "Unhandled error: another\n"


@pytest.mark.parametrize("method", ["_actor_start_failed", "_actor_task_failed"])
def test_a_process_that_ray_ends_for_want_of_memory_has_died_for_ray_tune(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Exception] = []
    monkeypatch.setattr(RayActorManager, method, lambda self, *, exception, **tracked: told.append(exception))
    manager = object.__new__(RayActorManager)
    another = ValueError("another")
    with low_memory_survived():
        getattr(manager, method)(exception=another)
        for _ in range(UNCOUNTED + 1):
            getattr(manager, method)(exception=OutOfMemoryError("low on memory"))
    assert told.pop(0) is another
    assert {str(error) for error in told} == {"low on memory"}
    assert [isinstance(error, RayActorError) and error.preempted for error in told] == [True] * UNCOUNTED + [False]
