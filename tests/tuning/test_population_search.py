"""Whole searches of a population at smoke size: more trials than places, stopped and gone on with."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from lstnet_search.results.selection import settings_of_row

ROOT = Path(__file__).parents[2]
OWN_COLUMNS = ["seconds", "peak_memory_mb", "ray_trial_id"]

pytestmark = pytest.mark.slow


def command(results: Path, *arguments: str) -> list[str]:
    script = [sys.executable, "run_search.py", "--preset", "cpu", "--results-dir", str(results), "--cpus", "2"]
    return [*script, "--space", "search_spaces/smoke.yaml", *arguments]


def run(*arguments: str) -> str:
    ended = subprocess.run(
        arguments,
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def tables(folder: Path) -> list[pd.DataFrame]:
    found = [pd.read_parquet(folder / name) for name in ("trials.parquet", "history.parquet")]
    return [table.drop(columns=OWN_COLUMNS, errors="ignore") for table in found]


def test_a_population_ends_with_a_schedule_that_train_follows_and_goes_on_as_if_never_stopped(tmp_path: Path) -> None:
    asked = ("--steps", "12", "--trials", "4", "--scheduler", "pbt", "--select-by", "snd")
    printed = run(*command(tmp_path, *asked, "--name", "whole"))
    assert "goes on from trial" in printed
    trials, history = tables(tmp_path / "whole")
    assert (trials["state"] == "COMPLETE").all()
    assert (trials["steps"] == 12).all()
    assert trials["config/schedule"].isna()[0]  # trial 0 takes over nothing
    assert not history.duplicated(["trial", "step"]).any()

    with subprocess.Popen(
        command(tmp_path, *asked, "--name", "stopped"), cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if "goes on from trial" in line:
                break
        running.send_signal(signal.SIGINT)
        running.stdout.read()
        assert running.wait(timeout=300) == 130
    run(*command(tmp_path, "--name", "stopped", "--resume"))
    for stopped, whole in zip(tables(tmp_path / "stopped"), (trials, history), strict=True):
        pd.testing.assert_frame_equal(stopped, whole)

    scheduled = trials[trials["config/schedule"].notna()].iloc[0]
    settings = tmp_path / "scheduled.yaml"
    settings.write_text(yaml.safe_dump(settings_of_row(scheduled).model_dump(mode="json")))
    run(sys.executable, "-m", "lstnet_search", "train", "--config", str(settings), "--output", str(tmp_path / "model"))
    again = pd.read_parquet(tmp_path / "model" / "history.parquet").drop(columns=["trial", "seconds"])
    best = again[again["snd"] == scheduled["best/snd"]].iloc[-1]  # to the bit, at the same step as in the search
    report = history[(history["trial"] == scheduled["trial"]) & (history["step"] == best["step"])]
    assert report["snd"].tolist() == [best["snd"]]
    for name in best.index.drop("step"):
        assert best[name] == scheduled[f"best/{name}"], name
