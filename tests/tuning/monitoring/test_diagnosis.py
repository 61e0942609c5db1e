from collections.abc import Mapping, Sequence

import pytest

from lstnet_search.tuning.monitoring.diagnosis import Finding, RepeatLimiter, RunningTrial, SearchState, findings


def messages(
    waiting: Mapping[int, float] | None = None,
    running: Sequence[RunningTrial] = (),
    wanted: Mapping[str, float] | None = None,
    total: Mapping[str, float] | None = None,
    free: Mapping[str, float] | None = None,
    dead_nodes: Sequence[str] = (),
) -> list[str]:
    state = SearchState(
        waiting or {}, running, wanted or {"CPU": 1, "GPU": 0}, total or {"CPU": 4}, free or {}, dead_nodes
    )
    return [finding.message for finding in findings(state, "trial {}".format)]


def training(count: int) -> list[RunningTrial]:
    return [RunningTrial(number, silent=1.0, interval=10.0, resources={"CPU": 1.0}) for number in range(count)]


def test_nothing_is_said_while_trials_report_and_a_new_one_starts() -> None:
    assert messages(waiting={3: 59.0}, running=training(3)) == []


def test_resources_that_others_took_are_reported_with_numbers() -> None:
    assert messages(waiting={2: 90.0, 3: 60.0}, running=training(1)) == [
        "2 trials have waited 2 min for 1 CPU: 4 of 4 are in use, 1 of them by this search"
    ]


def test_gpus_are_reported_where_gpus_are_missing() -> None:
    said = messages(
        waiting={0: 75.0},
        wanted={"CPU": 2, "GPU": 0.5},
        total={"CPU": 16, "GPU": 2},
        free={"CPU": 12, "GPU": 0.25},
    )
    assert said == ["a trial has waited 75 s for 0.5 GPU: 1.75 of 2 are in use, 0 of them by this search"]


def test_a_cluster_that_has_become_too_small_is_reported() -> None:
    assert messages(waiting={0: 75.0}, wanted={"CPU": 1, "GPU": 1}, free={"CPU": 4}) == [
        "a trial has waited 75 s for 1 GPU: the cluster has 0"
    ]


def test_waiting_despite_free_resources_is_reported_as_such() -> None:
    (line,) = messages(waiting={0: 61.0}, free={"CPU": 3})
    assert line.startswith("a trial has waited 61 s although 3 CPU are free: a process is slow to start")


@pytest.mark.parametrize(
    ("interval", "silent", "said"),
    [(10.0, 119.0, False), (10.0, 120.0, True), (60.0, 299.0, False), (60.0, 300.0, True)],
)
def test_a_trial_is_silent_after_five_of_its_intervals_and_two_minutes_at_least(
    interval: float, silent: float, said: bool
) -> None:
    found = messages(running=[RunningTrial(7, silent, interval, {})])
    assert bool(found) == said
    assert not said or found[0].startswith("trial 7 has not reported for ")


def test_a_silent_trial_is_reported_with_its_interval() -> None:
    (line,) = messages(running=[RunningTrial(7, 720.0, 60.0, {})])
    assert line.startswith("trial 7 has not reported for 12 min, where reports are 60 s apart; ")


def test_a_first_report_may_take_ten_minutes() -> None:
    assert messages(running=[RunningTrial(0, 599.0, None, {})]) == []
    (line,) = messages(running=[RunningTrial(0, 600.0, None, {})])
    assert line.startswith("trial 0 has not reported for 10 min; ")


def test_a_dead_node_is_reported() -> None:
    assert messages(dead_nodes=["10.0.0.2 (3fa9c1)"]) == [
        "node 10.0.0.2 (3fa9c1) died; its trials continue on other nodes from their last checkpoints"
    ]


def test_a_finding_is_said_again_when_it_has_lasted_twice_as_long() -> None:
    limiter = RepeatLimiter()
    said = [seconds for seconds in range(60, 600, 10) if limiter.due([Finding("waiting", seconds, "x")])]
    assert said == [60, 120, 240, 480]


def test_what_happens_once_is_said_once() -> None:
    limiter = RepeatLimiter()
    assert [limiter.due([Finding("node a", 0, "a died")]) for _ in range(3)] == [["a died"], [], []]


def test_what_went_away_and_came_back_is_new_and_others_are_independent() -> None:
    limiter = RepeatLimiter()
    assert limiter.due([Finding("trial 1", 120, "one")]) == ["one"]
    assert limiter.due([Finding("trial 1", 130, "one"), Finding("trial 2", 120, "two")]) == ["two"]
    assert limiter.due([Finding("trial 2", 130, "two")]) == []
    assert limiter.due([Finding("trial 1", 120, "one"), Finding("trial 2", 140, "two")]) == ["one"]


@pytest.mark.parametrize(
    ("silent", "interval", "timeout", "expected"),
    [
        (599.0, 1.0, None, False),
        (600.0, 1.0, None, True),
        (1199.0, 60.0, None, False),
        (1200.0, 60.0, None, True),
        (3599.0, None, None, False),
        (3600.0, None, None, True),
        (25.0, 60.0, 25.0, True),
        (24.0, 60.0, 25.0, False),
    ],
)
def test_a_trial_hangs_when_it_is_silent_far_beyond_its_interval_or_as_long_as_the_timeout(
    silent: float, interval: float | None, timeout: float | None, expected: bool
) -> None:
    assert RunningTrial(0, silent, interval, {}).hangs(timeout) == expected
