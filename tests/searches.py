"""Commands at smoke size: in this process on a running cluster, which is quick, or as a user starts them."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pytest
import torch
from faults.checks import VARYING_COLUMNS
from few_images import few_in_folders

from lstnet_search.cli import main

ROOT = Path(__file__).parents[1]
ALL_BUNDLED = ("--domains", "mnist", "usps", "--bundled")
"""Options to add to those of `smoke` if scores must differ. With few images, barely trained networks tie."""


def smoke(results: Path, *arguments: str) -> list[str]:
    """Options of a search with tiny networks on a few images; arguments may override them."""
    space = str(ROOT / "search_spaces" / "smoke.yaml")
    size = ["--preset", "cpu", "--space", space, "--seeds", "1", "--domains", *few_in_folders()]
    return [*size, "--results-dir", str(results), *arguments]


@dataclass(frozen=True)
class Ended:
    """A command that ended.

    Attributes:
        code: its exit code.
        out: what it printed to stdout.
        err: what it printed to stderr.
    """

    code: int
    out: str
    err: str


def here(*arguments: str, address: str | None = None) -> Ended:
    """Run a command of `python -m lstnet_search` in this process.

    Args:
        arguments: the command and its options.
        address: address of a cluster to join, or None to start one.
    """
    environment = {} if address is None else {"RAY_ADDRESS": address}
    out, err = io.StringIO(), io.StringIO()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as a trial has: with more threads sums differ in their last bits
    try:
        with (
            patch.dict(os.environ, environment),
            patch.object(sys, "argv", ["run_search.py", *arguments[1:]]),
            redirect_stdout(out),
            redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            main(arguments)
    finally:
        torch.use_deterministic_algorithms(False)  # --deterministic turns it on for the rest of the process
        torch.set_num_threads(threads)
    assert isinstance(ended.value.code, int)
    return Ended(ended.value.code, out.getvalue(), err.getvalue())


def done(*arguments: str, address: str | None = None) -> str:
    """Run a command, which must succeed, and return what it printed."""
    ended = here(*arguments, address=address)
    assert ended.code == 0, ended.out + ended.err
    return ended.out


def searched(results: Path, *arguments: str, address: str) -> str:
    """Run a search at smoke size, which must succeed, and return what it printed."""
    return done("search", *smoke(results, *arguments), address=address)


def command(results: Path, *arguments: str) -> list[str]:
    """The command line of a search at smoke size."""
    return [sys.executable, str(ROOT / "run_search.py"), *smoke(results, *arguments)]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script or a module, which must succeed."""
    ended = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},  # as a trial has: with more threads sums differ in their last bits
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
    """Run a search in a process of its own. It may end with any exit code."""
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
    """Run a search, and send it a signal after a line that matches. Returns its exit code and what it printed."""
    return run_until(command(results, *arguments), wanted, stop=stop, environment=environment)


def run_until(
    command: Sequence[str], wanted: str, *, stop: int | None, environment: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run a command, and send it a signal after a line that matches.

    Args:
        command: the command.
        wanted: regular expression of the line's beginning.
        stop: the signal, or None to let the command end by itself.
        environment: further variables.

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


def unbroken(printed: str) -> str:
    """What was printed, as one line. Commands that were broken to fit the screen are joined again."""
    return " ".join(printed.replace("\\\n", " ").split())


def own_tables(folder: Path) -> list[pd.DataFrame]:
    """Both tables of a results folder, without the columns that differ between two equal runs."""
    found = [pd.read_parquet(folder / name) for name in ("trials.parquet", "history.parquet")]
    return [table.drop(columns=VARYING_COLUMNS, errors="ignore") for table in found]
