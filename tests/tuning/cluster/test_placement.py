import time

import pytest

from lstnet_search.errors import InputError
from lstnet_search.tuning.cluster.placement import Machine, Placement, decide_placement, upper_bound_seconds


@pytest.mark.parametrize(
    ("machine", "trials", "expected"),
    [
        (Machine(2, 0), 6, Placement(cpus=2, gpus=0, concurrent=2)),
        (Machine(8, 0), 3, Placement(cpus=8, gpus=0, concurrent=3)),
        (Machine(64, 8), 64, Placement(cpus=64, gpus=8, concurrent=8)),
        (Machine(64, 8), 4, Placement(cpus=64, gpus=4, concurrent=4)),
    ],
)
def test_a_trial_gets_a_gpu_if_there_are_any_or_else_a_cpu(machine: Machine, trials: int, expected: Placement) -> None:
    assert decide_placement([machine], None, None, trials) == expected


@pytest.mark.parametrize("cpus", range(1, 20))
@pytest.mark.parametrize("trials", range(1, 8))
def test_without_gpus_threads_times_trials_never_exceed_the_cores(cpus: int, trials: int) -> None:
    placement = decide_placement([Machine(cpus, 0)], None, None, trials)
    assert placement.threads * placement.concurrent <= cpus
    assert placement.resources["cpu"] * placement.concurrent <= cpus


def test_more_gpus_than_cpus_share_them() -> None:
    placement = decide_placement([Machine(2, 8)], None, None, 16)
    assert placement.resources == {"cpu": 0.25, "gpu": 1.0}
    assert placement.threads == 1


@pytest.mark.parametrize(
    ("cpus", "gpus", "message"),
    [
        (None, 3, "--gpus 3 is more than the 2 GPUs available; lower it, or try"),
        (5, None, "--cpus 5 is more than the 4 CPUs available; lower it"),
        (0, None, "--cpus 0 must be at least 1"),
        (None, -1, "--gpus -1 must be at least 0"),
    ],
)
def test_more_than_there_is_is_refused(cpus: int | None, gpus: int | None, message: str) -> None:
    with pytest.raises(InputError, match=message):
        decide_placement([Machine(4, 2)], cpus, gpus, 8)


def test_a_machine_with_gpus_can_be_used_without_them() -> None:
    assert decide_placement([Machine(4, 2)], None, 0, 8) == Placement(cpus=4, gpus=0, concurrent=4)


@pytest.mark.parametrize(
    ("nodes", "trials", "max_concurrent", "per_gpu", "expected"),
    [
        ([Machine(16, 1)], 64, None, 4, Placement(cpus=16, gpus=1, concurrent=4, per_gpu=4)),
        ([Machine(16, 8)], 64, None, 2, Placement(cpus=16, gpus=8, concurrent=16, per_gpu=2)),
        ([Machine(16, 8)], 8, None, 2, Placement(cpus=16, gpus=8, concurrent=8, per_gpu=1)),  # none need to share
        ([Machine(16, 8)], 9, None, 4, Placement(cpus=16, gpus=8, concurrent=9, per_gpu=2)),
        ([Machine(16, 4)], 64, 6, 4, Placement(cpus=16, gpus=4, concurrent=6, per_gpu=2)),
        ([Machine(8, 1), Machine(2, 3)], 64, None, 2, Placement(cpus=2, gpus=4, concurrent=8, per_gpu=2)),
        ([Machine(1, 1)], 64, None, 3, Placement(cpus=1, gpus=1, concurrent=3, per_gpu=3)),
    ],
)
def test_no_more_trials_share_a_gpu_than_necessary(
    nodes: list[Machine], trials: int, max_concurrent: int | None, per_gpu: int, expected: Placement
) -> None:
    placement = decide_placement(nodes, None, None, trials, max_concurrent, per_gpu)
    assert placement == expected
    each = placement.resources
    assert each["gpu"] * placement.per_gpu <= 1
    rooms = [min(node.gpus / each["gpu"], node.cpus / each["cpu"]) for node in nodes]
    assert sum(int(room + 1e-9) for room in rooms) >= placement.concurrent


def test_three_trials_on_a_gpu_get_a_third_as_ray_counts_it() -> None:
    assert decide_placement([Machine(6, 1)], None, None, 9, per_gpu=3).resources == {"cpu": 2.0, "gpu": 0.3333}


def test_a_missing_gpu_cannot_be_shared() -> None:
    with pytest.raises(InputError, match="shares a GPU among 2 trials, but there is no GPU to use"):
        decide_placement([Machine(4, 2)], None, 0, 8, per_gpu=2)


def test_the_upper_bound_counts_rounds_of_trials() -> None:
    assert upper_bound_seconds(7, 60.0, 2) == 240.0


@pytest.mark.parametrize(
    ("nodes", "trials", "max_concurrent", "expected"),
    [
        ([Machine(2, 0)] * 3, 3, None, Placement(cpus=6, gpus=0, concurrent=3)),
        ([Machine(3, 0)] * 2, 4, None, Placement(cpus=6, gpus=0, concurrent=4)),
        ([Machine(3, 0), Machine(1, 0)], 2, None, Placement(cpus=3, gpus=0, concurrent=2)),  # two threads fit once
        ([Machine(4, 2), Machine(4, 2)], 64, None, Placement(cpus=8, gpus=4, concurrent=4)),
        ([Machine(8, 1), Machine(2, 3)], 64, None, Placement(cpus=2, gpus=4, concurrent=4)),  # 2 CPUs for 3 trials
        ([Machine(4, 2), Machine(4, 2)], 64, 3, Placement(cpus=6, gpus=3, concurrent=3)),  # two on one node
    ],
)
def test_every_trial_has_room_on_a_single_node(
    nodes: list[Machine], trials: int, max_concurrent: int | None, expected: Placement
) -> None:
    placement = decide_placement(nodes, None, None, trials, max_concurrent)
    assert placement == expected
    each = placement.resources
    rooms = [
        min(node.gpus / each["gpu"] if each["gpu"] else trials, node.cpus / each["cpu"] if each["cpu"] else trials)
        for node in nodes
    ]
    assert sum(int(room + 1e-9) for room in rooms) >= placement.concurrent


def test_less_than_one_trial_at_once_is_refused() -> None:
    with pytest.raises(InputError, match="--max-concurrent 0 must be at least 1"):
        decide_placement([Machine(4, 2)], None, None, 8, max_concurrent=0)


def test_a_cluster_without_any_place_is_refused() -> None:
    with pytest.raises(InputError, match="no CPU and no GPU"):
        decide_placement([Machine(0, 0)], None, None, 8)


def test_512_trials_find_a_gpu_each_on_64_nodes_of_8_within_a_second() -> None:
    nodes = [Machine(cpus=96, gpus=8)] * 64
    begun = time.process_time()
    placement = decide_placement(nodes, None, None, trials=512)
    assert time.process_time() - begun < 1
    assert placement == Placement(cpus=6144, gpus=512, concurrent=512)
    assert placement.resources == {"cpu": 12, "gpu": 1}
    more = decide_placement([*nodes, Machine(cpus=4, gpus=8)], None, None, trials=520)
    assert more.resources == {"cpu": 0.5, "gpu": 1}
