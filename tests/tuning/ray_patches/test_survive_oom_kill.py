import pytest
from ray.air.execution._internal import RayActorManager
from ray.exceptions import OutOfMemoryError, RayActorError

from lstnet_search.tuning.ray_patches.survive_oom_kill import UNCOUNTED, survive_oom_kill


@pytest.mark.parametrize("method", ["_actor_start_failed", "_actor_task_failed"])
def test_ray_tune_takes_a_process_that_ray_killed_for_its_memory_for_a_dead_one(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed_on: list[Exception] = []
    monkeypatch.setattr(RayActorManager, method, lambda self, *, exception, **tracked: passed_on.append(exception))
    manager = object.__new__(RayActorManager)
    another = ValueError("another")
    with survive_oom_kill():
        getattr(manager, method)(exception=another)
        for _ in range(UNCOUNTED + 1):
            getattr(manager, method)(exception=OutOfMemoryError("low on memory"))
    assert passed_on.pop(0) is another
    assert {str(error) for error in passed_on} == {"low on memory"}
    preempted = [isinstance(error, RayActorError) and error.preempted for error in passed_on]
    assert preempted == [True] * UNCOUNTED + [False]
