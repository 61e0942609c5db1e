"""Searches that are stopped while their classifiers train: the command ends cleanly, with nothing written."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("stop", "code", "why"),
    [
        (signal.SIGINT, 130, "stopped by SIGINT"),
        (signal.SIGTERM, 143, "stopped by SIGTERM"),
        (None, 0, "the time budget is over"),
    ],
)
def test_a_search_that_is_stopped_while_its_classifiers_train_says_so_and_leaves_nothing(
    tmp_path: Path, stop: signal.Signals | None, code: int, why: str
) -> None:
    budget = () if stop is not None else ("--time-budget", "20s")  # training them takes longer, Ray does not
    results = tmp_path / "results"
    with subprocess.Popen(
        [sys.executable, "run_search.py", "--preset", "cpu", "--results-dir", str(results), "--cpus", "1", *budget],
        cwd=ROOT,
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if line.startswith("classifier of "):
                break
        if stop is not None:
            running.send_signal(stop)
        rest = running.stdout.read()
        assert running.wait(timeout=120) == code, rest
    assert f"{why} before the first training; nothing was lost; begin again with: python run_search.py" in rest
    assert "Traceback" not in rest
    assert not results.exists()
