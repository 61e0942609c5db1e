"""The engine against other tuners: trials that do nothing, by Optuna, Ray Tune, Syne Tune, KerasTuner and by us.

    python benchmarks/peers.py --trials 1000 --environments /tmp/peers

Optuna alone and Ray Tune with its OptunaSearch run in our environment, as in `overhead.py`, with a journal. Syne Tune
and KerasTuner get environments of their own, which are made with pip if they do not exist. Without `--environments`, or
if pip fails, they are left out. Optuna and KerasTuner run their trials in their own process, one after the other; the
others run two at once. Syne Tune and KerasTuner draw at random, which is cheapest; the others use TPE.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from overhead import WAYS, measure
from reporting import OutputFile, empty_table, write_json

from lstnet_search.cli.app import run_script
from lstnet_search.io.console import console
from lstnet_search.tuning.cluster.cluster import local_cluster
from lstnet_search.tuning.cluster.placement import Placement

CONCURRENT = 2


@dataclass(frozen=True)
class Peer:
    """A tuner with an environment of its own.

    Attributes:
        packages: what pip installs.
        script: in `other_tuners`; runs the number of trials that it is given, CONCURRENT at once, and prints seconds
            per trial as JSON.
        variables: further environment variables.
    """

    packages: tuple[str, ...]
    script: str
    variables: dict[str, str]


PEERS = {
    "Syne Tune": Peer(("syne-tune",), "run_syne_tune.py", {}),
    "KerasTuner": Peer(("keras-tuner", "scipy", "jax", "six"), "run_keras_tuner.py", {"KERAS_BACKEND": "numpy"}),
}


def main(
    trials: Annotated[int, typer.Option(min=2, help="Trials of each tuner.")] = 1000,
    environments: Annotated[Path | None, typer.Option(help="Folder for the environments of other tuners.")] = None,
    output: OutputFile = None,
) -> None:
    """Print milliseconds per trial: by the clock, and of the processor time of the tuner's own process."""
    rows: dict[str, dict[str, Any]] = {}
    with local_cluster(Placement(cpus=CONCURRENT, gpus=0, concurrent=CONCURRENT)):
        for way in WAYS:
            rows[way] = measure(way, "journal", trials, CONCURRENT)
    for name, peer in PEERS.items() if environments else ():
        assert environments is not None
        try:
            rows[name] = _run(peer, _environment(environments / peer.packages[0], peer), trials)
        except subprocess.CalledProcessError as error:
            print(f"{name} is left out: {' '.join(error.cmd)} failed\n{(error.stderr or '')[-1000:]}")
    write_json(output, {"trials": trials, "concurrent": CONCURRENT, "tuners": rows})
    table = empty_table(f"{trials} trials that do nothing, ms per trial", ("", "clock", "own processor time"))
    for name, row in rows.items():
        table.add_row(name, f"{1e3 * row['seconds_per_trial']:.1f}", f"{1e3 * row['work_per_trial']:.1f}")
    console().print(table)


def _environment(folder: Path, peer: Peer) -> Path:
    """The interpreter of a peer's environment, which is made if it is not there."""
    python = folder / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True, text=True)
        command = [str(python), "-m", "pip", "install", "--quiet", *peer.packages]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except subprocess.CalledProcessError:
            shutil.rmtree(folder)  # otherwise the next run would take it for complete
            raise
    return python


def _run(peer: Peer, python: Path, trials: int) -> dict[str, Any]:
    command = [str(python), str(Path(__file__).parent / "other_tuners" / peer.script), str(trials), str(CONCURRENT)]
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | peer.variables
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=variables)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


if __name__ == "__main__":
    run_script(main)
