"""A search that is stopped while its classifiers train ends cleanly, and writes nothing."""

import signal
import sys
from pathlib import Path

import pytest
from searches import run_until

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("stop", "code", "why"),
    [
        (signal.SIGTERM, 143, "stopped by SIGTERM"),
        (None, 0, "the time budget is over"),
    ],
)
def test_a_search_that_is_stopped_while_its_classifiers_train_says_so_and_leaves_nothing(
    tmp_path: Path, address: str, stop: signal.Signals | None, code: int, why: str
) -> None:
    budget = () if stop is not None else ("--time-budget", "10s")  # training them takes longer
    results = tmp_path / "results"
    command = [
        sys.executable,
        "run_search.py",
        "--preset",
        "cpu",
        "--results-dir",
        str(results),
        "--cpus",
        "1",
        *budget,
    ]
    elsewhere = {"XDG_CACHE_HOME": str(tmp_path), "OMP_NUM_THREADS": "1", "RAY_ADDRESS": address}
    ended_with, printed = run_until(command, "classifier of ", stop=stop, environment=elsewhere)
    assert ended_with == code, printed
    assert f"{why} before the first training; nothing was lost; start again with: python run_search.py" in printed
    assert "Traceback" not in printed
    assert not results.exists()
