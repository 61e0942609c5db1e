"""The command as a user starts it, at smoke size."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from faults.verdict import OF_A_RUN

ROOT = Path(__file__).parents[1]


def command(results: Path, *arguments: str) -> list[str]:
    """A search with tiny networks on bundled images; arguments may override."""
    script = [sys.executable, str(ROOT / "run_search.py"), "--preset", "cpu", "--results-dir", str(results)]
    return [*script, "--space", str(ROOT / "search_spaces" / "smoke.yaml"), *arguments]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A script or a module to its end, which is to be a good one."""
    ended = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},  # as a trial has: another number sums in another order
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended


def search(
    results: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A search to its end, whatever its exit code."""
    return subprocess.run(
        command(results, *arguments),
        cwd=ROOT,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def search_until(
    results: Path, wanted: str, *arguments: str, stop: int, environment: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """A search that gets a signal once a line begins as is wanted: its exit code, and what it printed."""
    return run_until(command(results, *arguments), wanted, stop=stop, environment=environment)


def run_until(
    command: Sequence[str], wanted: str, *, stop: int | None, environment: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """A command that gets a signal once a line begins as is wanted.

    Args:
        command: to run.
        wanted: a regular expression.
        stop: the signal; None to let it end by itself.
        environment: variables beside those that there are.

    Returns:
        Its exit code, and what it printed.
    """
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        assert running.stdout is not None
        printed = ""
        for line in running.stdout:
            printed += line
            if re.match(wanted, line):
                break
        if stop is not None:
            running.send_signal(stop)
        printed += running.stdout.read()
        return running.wait(timeout=900), printed


def own_tables(folder: Path) -> list[pd.DataFrame]:
    """Both tables of a results folder without the columns that no two runs share."""
    found = [pd.read_parquet(folder / name) for name in ("trials.parquet", "history.parquet")]
    return [table.drop(columns=OF_A_RUN, errors="ignore") for table in found]
