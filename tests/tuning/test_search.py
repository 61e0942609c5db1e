"""Real searches at smoke size: a real Ray cluster, real images, tiny networks."""

import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).parents[2]
OWN_COLUMNS = ["seconds", "peak_memory_mb", "ray_trial_id"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results")


def command(results: Path, *arguments: str) -> list[str]:
    script = [sys.executable, "run_search.py", "--preset", "cpu", "--results-dir", str(results)]
    return [*script, "--space", "search_spaces/smoke.yaml", *arguments]


def search(results: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(results, *arguments), cwd=ROOT, capture_output=True, text=True, timeout=900, check=False
    )


def test_a_search_ends_with_its_tables_winner_and_pictures(results: Path) -> None:
    ended = search(results, "--steps", "12", "--trials", "3", "--name", "first")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("dashboard: http://127.0.0.1:")
    folder = results / "first"
    trials, history = pd.read_parquet(folder / "trials.parquet"), pd.read_parquet(folder / "history.parquet")
    assert trials["trial"].tolist() == [0, 1, 2]
    assert trials["config/w1"].iloc[0] == 20.0
    assert trials["state"].iloc[0] == "COMPLETE"
    assert set(trials["state"]) <= {"COMPLETE", "PRUNED"}
    assert history[history["trial"] == 0]["step"].tolist() == list(range(1, 13))
    best = yaml.safe_load((folder / "best_config.yaml").read_text())
    assert best["width"] == 0.015625
    for name in ("search.yaml", "study.journal", "best_model.safetensors", "best_model.json", "translations.png"):
        assert (folder / name).is_file(), name
    assert (folder / "samples" / "0.npz").is_file()
    refused = search(results, "--name", "first", "--resume", "--seed", "5")
    assert refused.returncode == 2
    assert "was begun with seed 0, and is asked to go on with 5" in refused.stderr


def test_two_runs_with_one_seed_and_one_worker_give_equal_tables(results: Path) -> None:
    for name in ("one", "two"):
        assert search(results, "--steps", "6", "--trials", "3", "--name", name, "--cpus", "1").returncode == 0
    for table in ("trials.parquet", "history.parquet"):
        one, two = (pd.read_parquet(results / name / table) for name in ("one", "two"))
        mine = [column for column in OWN_COLUMNS if column in one]
        pd.testing.assert_frame_equal(one.drop(columns=mine), two.drop(columns=mine))


def test_a_search_that_is_interrupted_goes_on_to_all_its_trials(results: Path) -> None:
    arguments = ("--steps", "600", "--trials", "3", "--name", "stopped")
    with subprocess.Popen(
        command(results, *arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if line.startswith("trial "):
                break
        running.send_signal(signal.SIGINT)
        rest = running.stdout.read()
        assert running.wait(timeout=120) == 130, rest
    assert "go on with: python run_search.py --name stopped --resume" in rest

    ended = search(results, "--name", "stopped", "--resume")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    trials = pd.read_parquet(results / "stopped" / "trials.parquet")
    assert trials["trial"].tolist() == [0, 1, 2]
    assert set(trials["state"]) <= {"COMPLETE", "PRUNED"}
    history = pd.read_parquet(results / "stopped" / "history.parquet")
    assert not history.duplicated(["trial", "step"]).any()
