"""What samplers and schedulers save: searches on a surrogate of recorded trainings.

    python benchmarks/search_efficiency.py record --trials 64 --processes 2

`record` trains short trials all over the default search space, none stopped. It can be stopped and gone
on with: what it goes on from is in `--state`.
"""

import json
import math
import time
from pathlib import Path
from typing import Annotated, Any

import pyarrow.parquet as pq
import typer
from machine import the_device
from recording import ABOUT, merge, points, record

from lstnet_search.cli.app import make_app, run_app
from lstnet_search.config import PRESETS, Space
from lstnet_search.evaluation import prepare
from lstnet_search.results.provenance import provenance

RECORDED = Path("benchmarks/results/search_efficiency.parquet")
SPACE = Path("search_spaces/weight_ratios.yaml")

app = make_app()


@app.callback()
def main() -> None:
    """What samplers and schedulers save: searches on a surrogate of recorded trainings."""


@app.command("record")
def record_trials(
    trials: Annotated[int, typer.Option(min=1, help="Trainings in all; the first has the paper's weights.")] = 64,
    steps: Annotated[int, typer.Option(min=1, help="Steps of each.")] = 500,
    every: Annotated[int, typer.Option(min=1, help="Steps between reports.")] = 25,
    processes: Annotated[int, typer.Option(min=1, help="Trainings at once, a thread each.")] = 1,
    minutes: Annotated[float, typer.Option(help="Begin no training that would end later.")] = math.inf,
    settings: Annotated[str, typer.Option(help="Changes of the preset, as JSON.")] = "{}",
    space: Annotated[Path, typer.Option(help="Space file.")] = SPACE,
    state: Annotated[Path, typer.Option(help="Folder to go on from, and to leave for the next call.")] = Path(
        "build/search_efficiency"
    ),
    output: Annotated[Path, typer.Option(help="Parquet to write all trainings to.")] = RECORDED,
) -> None:
    """Train points of the default space, a row a report."""
    deadline = time.monotonic() + 60 * minutes
    base = PRESETS["cpu"].trial.override(
        {"steps": steps, "reports": steps // every, "precision": "float32"} | json.loads(settings), "the options"
    )
    searched = Space.read(space)
    about: dict[str, Any] = {"trial": base.model_dump(mode="json"), "space": searched.content()}
    state.mkdir(parents=True, exist_ok=True)
    _refuse_other(state, about)
    prepare(base, Path(), the_device(), state / "classifiers", print)  # once, for all processes
    for line in record(points(searched, base, trials), state, processes, deadline, about | provenance()):
        print(line, flush=True)
    print(f"{merge(state, output)} of {trials} trials are in {output}")


def _refuse_other(state: Path, about: dict[str, Any]) -> None:
    for path in sorted(state.glob("trial_*.parquet"))[:1]:
        recorded = json.loads(pq.read_schema(path).metadata[ABOUT])
        if {name: recorded[name] for name in about} != about:
            raise SystemExit(f"{state} holds trainings of other settings; choose another --state")


if __name__ == "__main__":
    run_app(app)
