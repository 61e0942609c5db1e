"""Benchmarks give figures, never pass or fail; that they run at all is tested, at tiny size, without a GPU."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
TINY = json.dumps({"width": 1 / 64, "batch_size": 8, "steps": 4, "reports": 2, "data": "bundled"})
PRIMES = (1, 3, 1, 5, 7, 11, 13)

pytestmark = pytest.mark.slow


def run(out: Path, *command: str) -> str:
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHON": sys.executable, "OUT": str(out), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def written(path: Path) -> Any:
    return json.loads(path.read_text())


def test_the_step_table_has_a_row_for_each_trick_and_the_machine(tmp_path: Path) -> None:
    brief = ("--width", "0.015625", "--rounds", "1", "--steps", "1", "--warm-up", "1")
    assert "× textbook" in run(tmp_path, "benchmarks/gpu.sh", *brief)
    result = written(tmp_path / "gpu_step.json")
    assert [row["name"] for row in result["rows"]][:3] == [
        "textbook",
        "+ batches on the device",
        "+ one graph for both updates",
    ]
    assert all(row["seconds"] > 0 and row["peak_memory_mib"] > 0 for row in result["rows"])
    assert result["machine"]


def test_trials_side_by_side_are_counted(tmp_path: Path) -> None:
    brief = ("--width", "0.015625", "--batch", "4", "--steps", "1", "--warm-up", "1")
    output = tmp_path / "trials.json"
    run(tmp_path, sys.executable, "benchmarks/gpu_trials.py", *brief, "--output", str(output))
    rows = written(output)["rows"]
    assert [row["trials"] for row in rows] == [1, 2, 4, 2, 4]
    assert all(row["trials_an_hour"] > 0 for row in rows)


def test_the_paper_preset_goes_on_from_call_to_call_and_then_opens_the_test_sets(tmp_path: Path) -> None:
    command = ("benchmarks/gpu_paper.sh", "--state", str(tmp_path / "state"), "--settings", TINY, "--minutes", "0")
    assert "2 of 4 steps" in run(tmp_path, *command)
    assert "test" not in written(tmp_path / "gpu_paper.json")
    assert "4 of 4 steps" in run(tmp_path, *command)
    result = written(tmp_path / "gpu_paper.json")
    assert [row["step"] for row in result["curve"]] == [2, 4]
    assert set(result["test"]) == {"test_accuracy_mnist_to_usps", "test_accuracy_usps_to_mnist"}


def test_formats_are_compared_seed_by_seed_and_nothing_is_trained_twice(tmp_path: Path) -> None:
    output = tmp_path / "precision.json"
    command = (sys.executable, "benchmarks/precision.py", "--seeds", "2", "--steps", "2", "--output", str(output))
    assert "95 % interval" in run(tmp_path, *command)
    rows = written(output)["rows"]
    assert len(rows) == 4
    run(tmp_path, *command)
    assert written(output)["rows"] == rows


def test_trials_are_recorded_once_and_go_on_from_call_to_call(tmp_path: Path) -> None:
    state = tmp_path / "state"
    tiny = ("--state", str(state), "--settings", '{"width": 0.015625, "batch_size": 8}')
    command = ("benchmarks/gpu_efficiency.sh", *tiny, "--processes", "2", "--steps", "4", "--every", "2", "--trials")
    assert "2 of 2 trials" in run(tmp_path, *command, "2")
    first = pd.read_parquet(tmp_path / "search_efficiency.parquet")
    assert list(first["trial"]) == [0, 0, 1, 1]
    assert list(first["step"]) == [2, 4, 2, 4]
    assert list(first.loc[1, ["w1", "w2", "w3", "w4", "w5", "w6", "wl"]]) == [20, 20, 100, 100, 100, 100, 30]
    # The middle of six ranges from 1 to 1000.
    assert list(first.loc[2, ["w1", "w3", "wl"]]) == pytest.approx([1000**0.5, 100, 1000**0.5])
    assert "2 of 3 trials" in run(tmp_path, *command, "3", "--minutes", "0")
    assert "3 of 3 trials" in run(tmp_path, *command, "3")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "search_efficiency.parquet").head(4), first)


def test_a_folder_is_read_once_and_then_from_the_cache(tmp_path: Path) -> None:
    told = run(tmp_path, sys.executable, "benchmarks/folders.py", "--count", "2000", "--threads", "1")
    assert [line.partition(":")[0] for line in told.splitlines()] == ["first time", "from the cache"]


def test_a_comparison_counts_steps_to_what_random_search_finds(tmp_path: Path) -> None:
    recorded, output = tmp_path / "recorded.parquet", tmp_path / "efficiency.json"
    weights = ("w1", "w2", "w3", "w4", "w5", "w6", "wl")
    pd.DataFrame(
        {"trial": trial, "step": step, "target_accuracy": trial / 16 * step / 50}
        | {
            name: 100.0 if name == "w3" else 1000 ** ((trial * prime % 16) / 16)
            for name, prime in zip(weights, PRIMES, strict=True)
        }
        for trial in range(16)
        for step in (25, 50)
    ).to_parquet(recorded)
    brief = ("--trials", "4", "--seeds", "2", "--workers", "2", "--output", str(output))
    printed = run(
        tmp_path, sys.executable, "benchmarks/search_efficiency.py", "compare", "--recorded", str(recorded), *brief
    )
    assert "4 trials drawn at random find" in printed
    result = written(output)
    assert result["budget"] == 4 * 50
    assert [(row["sampler"], row["scheduler"]) for row in result["rows"]][:3] == [
        ("random", "none"),
        ("random", "asha"),
        ("random", "median"),
    ]
    assert len(result["rows"]) == 9
    taken = [steps for steps in result["rows"][0]["steps"] if steps is not None]
    assert taken
    assert all(0 < steps <= 200 and steps % 25 == 0 for steps in taken)


def test_overhead_has_a_row_for_each_way_and_number_of_trials(tmp_path: Path) -> None:
    output = tmp_path / "overhead.json"
    brief = ("--trials", "3", "--trials", "5", "--storage", "journal", "--output", str(output))
    assert "ours / plain" in run(tmp_path, sys.executable, "benchmarks/overhead.py", *brief)
    rows = written(output)["rows"]
    assert [(row["trials"], row["way"]) for row in rows] == [
        (size, way) for size in (3, 5) for way in ("Optuna", "plain Tuner", "ours")
    ]
    assert all(row["seconds_per_trial"] > 0 for row in rows)


def test_load_tells_what_a_trial_costs_the_driver_and_how_long_it_takes_to_go_on(tmp_path: Path) -> None:
    output = tmp_path / "load.json"
    brief = ("--trials", "20", "--concurrent", "1", "--output", str(output))
    assert "the driver of a search" in run(tmp_path, sys.executable, "benchmarks/load.py", *brief)
    (row,) = written(output)["rows"]
    assert len(row["work_per_trial_by_tenth"]) == len(row["memory_by_tenth_mib"]) == 10
    assert row["memory_peak_mib"] >= row["memory_before_mib"] > 0
    assert row["folder"]["tune_files"] > 0
    assert row["resume"]["work"] > 0


def test_the_slope_of_a_soak_is_that_of_a_line_after_the_warm_up() -> None:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    from soak import slope_per_hour

    rising = [(minute / 60, 100.0 if minute < 2 else 200 + minute / 6) for minute in range(10)]
    assert slope_per_hour(rising) == pytest.approx((10, 10, 10))


def test_our_part_of_the_driver_is_measured_for_each_number_of_trials(tmp_path: Path) -> None:
    output = tmp_path / "driver.json"
    run(tmp_path, sys.executable, "benchmarks/driver.py", "--trials", "5", "--trials", "20", "--output", str(output))
    rows = written(output)["rows"]
    assert [row["trials"] for row in rows] == [5, 20]
    assert all(row[name] > 0 for row in rows for name in ("draw", "end", "tables", "going on"))
