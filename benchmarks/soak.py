"""Whether a long search leaks: memory and open files of the driver and of reused actors, in a search of smoke size.

    python benchmarks/soak.py --minutes 30 --output benchmarks/results/soak.json

Memory is what a process shares with no other (USS). A straight line through the means of each minute gives its slope,
with the interval of Student's t. The first fifth of the run, in which caches fill, does not count. The driver keeps all
trials, so its memory should grow with their number; the memory of an actor should not grow.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from machine import memory
from processes import trial_processes
from reporting import OutputFile, write_json
from scipy import stats

from lstnet_search.cli.app import run_script
from lstnet_search.results.folder.folder import ResultsFolder

ROOT = Path(__file__).parents[1]
WARM_UP = 0.2
"""Share of the run, at its start, that does not count."""


@dataclass(frozen=True)
class Sample:
    """One measurement of a process: seconds since the start of the run, MiB, open files."""

    seconds: float
    resident: float
    unique: float
    files: int


def main(
    minutes: Annotated[float, typer.Option(min=0.1, help="Length of the search.")] = 30.0,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between measurements.")] = 5.0,
    steps: Annotated[int, typer.Option(min=1, help="Steps per trial.")] = 100,
    cpus: Annotated[int, typer.Option(min=1, help="CPUs, each with one actor.")] = 2,
    output: OutputFile = None,
) -> None:
    """Run a search for some minutes, and print how memory and open files changed."""
    with tempfile.TemporaryDirectory() as folder:
        measured = watch(_command(Path(folder), minutes, steps, cpus), every)
        trials = ResultsFolder(Path(folder) / "soak").read_trials()
    ended = int((trials["state"] != "RUNNING").sum())
    rows = [summary(name, samples) for name, samples in longest_lived(measured, cpus + 1)]
    for row in rows:
        low, high = row["interval_mib_per_hour"]
        print(
            f"{row['process']}: {row['unique_mib'][0]:.0f} MiB, then {row['unique_mib'][-1]:.0f}; "
            f"slope {row['slope_mib_per_hour']:+.1f} MiB per hour (95 % interval {low:+.1f} to {high:+.1f}); "
            f"open files {row['files'][0]}, then {row['files'][-1]}"
        )
    print(f"{ended} trials of {steps} steps in {minutes:g} minutes")
    about = {"minutes": minutes, "steps": steps, "trials": ended, "processes_seen": len(measured)}
    write_json(output, about | {"rows": rows})


def _command(results: Path, minutes: float, steps: int, cpus: int) -> list[str]:
    size = ("--preset", "cpu", "--space", "search_spaces/smoke.yaml", "--steps", str(steps), "--trials", "100000")
    run = ("--cpus", str(cpus), "--time-budget", f"{round(60 * minutes)}s", "--name", "soak")
    return [sys.executable, "run_search.py", *size, *run, "--results-dir", str(results)]


def watch(command: Sequence[str], every: float) -> dict[tuple[int, str], list[Sample]]:
    """Run a search, and return the samples of its driver and of each actor, by process id and name."""
    measured: dict[tuple[int, str], list[Sample]] = defaultdict(list)
    with (
        tempfile.TemporaryFile() as lines,
        subprocess.Popen(command, cwd=ROOT, stdout=lines, stderr=subprocess.STDOUT) as driver,
    ):
        start = time.monotonic()
        while driver.poll() is None:
            actors = [(pid, "actor") for pid in trial_processes(driver.pid)]
            for process in ((driver.pid, "driver"), *actors) if actors else ():
                try:
                    used = memory(process[0])
                    files = len(os.listdir(f"/proc/{process[0]}/fd"))
                except OSError:  # it has ended
                    continue
                if files:  # none while it ends
                    measured[process].append(Sample(time.monotonic() - start, used.resident, used.unique, files))
            time.sleep(every)
        if driver.returncode != 0:
            lines.seek(0)
            raise SystemExit(lines.read().decode()[-2000:])
    return measured


def longest_lived(measured: dict[tuple[int, str], list[Sample]], count: int) -> list[tuple[str, list[Sample]]]:
    """The driver and the actors with most samples."""
    order = sorted(measured.items(), key=lambda item: (item[0][1] != "driver", -len(item[1])))
    return [(name, samples) for (_, name), samples in order[:count]]


def summary(name: str, samples: list[Sample]) -> dict[str, Any]:
    """The memory of a process, minute by minute, and its slope."""
    minutes = sorted({int(sample.seconds // 60) for sample in samples})
    means = [
        (minute, np.mean([sample.unique for sample in samples if int(sample.seconds // 60) == minute]))
        for minute in minutes
    ]
    slope, low, high = slope_per_hour([(minute / 60, float(mean)) for minute, mean in means])
    return {
        "process": name,
        "unique_mib": [round(float(mean), 2) for _, mean in means],
        "resident_mib": [round(samples[0].resident, 2), round(samples[-1].resident, 2)],
        "files": [samples[0].files, samples[len(samples) // 2].files, samples[-1].files],
        "slope_mib_per_hour": slope,
        "interval_mib_per_hour": [low, high],
    }


def slope_per_hour(means: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """The slope of a straight line through (hours, MiB) with its 95 % interval; NaN for fewer than three points."""
    counted = means[int(WARM_UP * len(means)) :]
    if len(counted) < 3:
        return float("nan"), float("nan"), float("nan")
    hours, sizes = zip(*counted, strict=True)
    fitted = stats.linregress(hours, sizes)
    margin = stats.t.ppf(0.975, len(counted) - 2) * fitted.stderr
    return float(fitted.slope), float(fitted.slope - margin), float(fitted.slope + margin)


if __name__ == "__main__":
    run_script(main)
