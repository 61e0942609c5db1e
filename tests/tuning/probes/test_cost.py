from dataclasses import replace
from typing import Any

import pytest
from ray.exceptions import RayError

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.search import SearchConfig
from lstnet_search.results.study.records import ReportRecord, TrialRecord
from lstnet_search.tuning.cluster.placement import Machine, decide_placement
from lstnet_search.tuning.probes import cost as module
from lstnet_search.tuning.probes.cost import Cost, estimate

PREPARED: Any = None  # only passed on to functions that the tests replace
PLACEMENT = decide_placement([Machine(cpus=2, gpus=0)], None, None, 10)


def search_of(seeds: int = 1) -> SearchConfig:
    trial = PRESETS["cpu"].trial.override({"steps": 600, "reports": 12}, "test")
    space = Space.parse({"w1": {"type": "loguniform", "low": 1, "high": 1000}}, "mine.yaml")
    return SearchConfig(preset="cpu", trial=trial, trials=10, seeds=seeds, space_file="mine.yaml", space=space)


@pytest.mark.parametrize(
    ("seeds", "disk"),
    [(1, "52 MB"), (3, "70 MB")],  # 3 checkpoints of 2 MB for 7 or 10 trials, and 10 samples of 1 MB
)
def test_the_estimate_counts_steps_reports_checkpoints_and_samples(
    monkeypatch: pytest.MonkeyPatch, seeds: int, disk: str
) -> None:
    measured = Cost(
        step_seconds=0.1,
        report_seconds=5.0,
        checkpoint_bytes=2_000_000,
        samples_bytes=1_000_000,
        memory_bytes=3 * 10**9,
    )
    monkeypatch.setattr(module, "measure_cost", lambda *arguments: measured)
    sentence = estimate(search_of(seeds), PREPARED, PLACEMENT, left=10)
    # Five rounds of two trials, each 600 · 0.1 s and 12 · 5 s.
    assert sentence.startswith("10 trials of up to 600 steps, 2 side by side: at most 10 min, less where")
    assert sentence.endswith(f"; 3 GB of memory a trial; up to {disk} of disk")


def test_a_training_that_fails_while_it_is_measured_leaves_the_search_to_its_trials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*arguments: object) -> Cost:
        raise RayError("the worker died")

    monkeypatch.setattr(module, "measure_cost", fail)
    said = estimate(search_of(), PREPARED, PLACEMENT, left=10)
    assert said.startswith("10 trials of up to ")
    assert said.endswith("how long they take could not be measured: the worker died")


def test_a_resumed_search_is_estimated_by_its_own_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> Cost:
        raise AssertionError("earlier trials make a measurement unnecessary")

    monkeypatch.setattr(module, "measure_cost", refuse)
    earlier = [
        TrialRecord(0, "COMPLETE", {}, [ReportRecord(50, 20.0, {}), ReportRecord(600, 120.0, {})]),
        TrialRecord(1, "RUNNING", {}, [ReportRecord(50, 14.0, {})]),  # 168 s for all of its steps
        TrialRecord(2, "RUNNING", {}),
    ]
    sentence = estimate(search_of(), PREPARED, PLACEMENT, 9, earlier)
    # Five rounds of two trials of 144 s, the median.
    assert sentence.startswith("9 trials of up to 600 steps, 2 side by side: at most 12 min at the pace so far, less")


@pytest.mark.parametrize(
    ("gigabytes", "warning"),
    [
        (9, None),
        (4, "2 trials side by side need 6 GB of the 4 GB for trials; --max-concurrent 1 fits"),
        (2, "2 trials side by side need 6 GB of the 2 GB for trials; even one does not fit: free or allow more"),
    ],
)
def test_too_little_memory_for_the_trials_is_said_before_they_start(
    monkeypatch: pytest.MonkeyPatch, gigabytes: int, warning: str | None
) -> None:
    measured = Cost(0.1, 5.0, checkpoint_bytes=2, samples_bytes=1, memory_bytes=3 * 10**9)
    monkeypatch.setattr(module, "measure_cost", lambda *arguments: measured)
    placement = replace(PLACEMENT, memory=gigabytes * 10**9)
    _, *warnings = estimate(search_of(), PREPARED, placement, left=10).splitlines()
    assert warnings == ([] if warning is None else [warning])
