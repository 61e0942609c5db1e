"""What samplers and schedulers save, measured by searches on a surrogate of recorded trainings.

    python benchmarks/search_efficiency.py record --trials 64 --processes 2
    python benchmarks/search_efficiency.py compare --processes 2

`record` trains short trials all over the default search space and stops none of them early. It can be interrupted
and continued, from `--state` or from the `--output` of an earlier run. `compare` fits a surrogate to the recorded
trials, and counts the steps that our searcher and schedulers need on it to find what random search without early
stopping finds.
"""

import json
import math
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pyarrow.parquet as pq
import typer
from machine import the_device
from recording import ABOUT, merge, points, record, restore_parts
from reporting import OutputFile, empty_table, write_json
from rich.table import Table
from surrogate import Recorded, Surrogate

from lstnet_search.cli.app import App, run_app
from lstnet_search.config import PRESETS, Space, TrialConfig
from lstnet_search.config.metrics import TARGET
from lstnet_search.config.search import SamplerName, SchedulerName, SearchConfig
from lstnet_search.evaluation import prepare
from lstnet_search.io.console import console
from lstnet_search.results.folder.provenance import provenance

SAMPLERS: tuple[SamplerName, ...] = ("random", "tpe", "gp")
SCHEDULERS: tuple[SchedulerName, ...] = ("none", "asha", "median")
RECORDED = Path("benchmarks/results/search_efficiency.parquet")
SPACE = Path("search_spaces/weight_ratios.yaml")

app = App()


@app.command("record")
def record_trials(
    trials: Annotated[int, typer.Option(min=1, help="Number of trainings; the first has the paper's weights.")] = 64,
    steps: Annotated[int, typer.Option(min=1, help="Steps per training.")] = 500,
    every: Annotated[int, typer.Option(min=1, help="Steps between reports.")] = 25,
    processes: Annotated[int, typer.Option(min=1, help="Parallel trainings, one thread each.")] = 1,
    minutes: Annotated[float, typer.Option(help="Start no training that would end later than this.")] = math.inf,
    settings: Annotated[str, typer.Option(help="Changes of the preset's settings, as JSON.")] = "{}",
    space: Annotated[Path, typer.Option(help="Space file.")] = SPACE,
    state: Annotated[Path, typer.Option(help="Folder that keeps the state for the next call.")] = Path(
        "build/search_efficiency"
    ),
    output: Annotated[Path, typer.Option(help="Parquet file to write; an existing one is continued.")] = RECORDED,
) -> None:
    """Train points of the default space, and write one row per report."""
    deadline = time.monotonic() + 60 * minutes
    base = PRESETS["cpu"].trial.override(
        {"steps": steps, "reports": steps // every, "precision": "float32"} | json.loads(settings), "the options"
    )
    searched = Space.read(space)
    about: dict[str, Any] = {"trial": base.model_dump(mode="json"), "space": searched.content()}
    state.mkdir(parents=True, exist_ok=True)
    restore_parts(output, state)
    _check_settings(state, about)
    prepare(base, Path(), the_device(), state / "classifiers", print)  # once, for all processes
    for line in record(points(searched, base, trials), state, processes, deadline, about | provenance()):
        print(line, flush=True)
    print(f"{merge(state, output)} of {trials} trials are in {output}")


def _check_settings(state: Path, about: dict[str, Any]) -> None:
    for path in sorted(state.glob("trial_*.parquet"))[:1]:
        recorded = json.loads(pq.read_schema(path).metadata[ABOUT])
        trial = TrialConfig.parse(recorded["trial"], str(path))  # settings newer than the file get their defaults
        if {"trial": trial.model_dump(mode="json"), "space": recorded["space"]} != about:
            raise SystemExit(f"{state} holds trainings with other settings; choose another --state and --output")


@app.command()
def compare(
    recorded: Annotated[Path, typer.Option(help="Parquet file that `record` has written.")] = RECORDED,
    trials: Annotated[int, typer.Option(min=1, help="Trials of the random search to compare with.")] = 64,
    seeds: Annotated[int, typer.Option(min=1, help="Searches per sampler and scheduler.")] = 20,
    workers: Annotated[int, typer.Option(min=1, help="Parallel trials of a search.")] = 4,
    processes: Annotated[int, typer.Option(min=1, help="Parallel searches.")] = 1,
    output: OutputFile = Path("benchmarks/results/search_efficiency.json"),
) -> None:
    """Count the steps of all trials together until a search finds what random search finds with all of its steps."""
    surrogate = _surrogate(recorded)
    budget = trials * int(surrogate.steps[-1])
    kinds = [(sampler, scheduler) for sampler in SAMPLERS for scheduler in SCHEDULERS]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        random = [
            pool.submit(_best, recorded, "random", "none", seed, trials, workers, budget) for seed in range(seeds)
        ]
        target = float(np.median([future.result()[-1][1] for future in random]))
        print(f"{trials} random trials find {target:.2%} (median of {seeds} searches)", flush=True)
        futures = {
            kind: [pool.submit(_best, recorded, *kind, seed, trials, workers, budget, target) for seed in range(seeds)]
            for kind in kinds
        }
        rows = []
        for (sampler, scheduler), searches in futures.items():
            curves = [future.result() for future in searches]
            steps = [curve[-1][0] if curve[-1][1] >= target else None for curve in curves]
            rows.append({"sampler": sampler, "scheduler": scheduler, "steps": steps})
            print(rows[-1], flush=True)
    about = {"target": target, "budget": budget, "workers": workers, "surrogate": surrogate.errors}
    write_json(output, about | {"rows": rows})
    errors = "  ".join(f"{name} {value:.3f}" for name, value in surrogate.errors.items())
    print(f"surrogate, last report of held-out trials: {errors}")
    console().print(_table(rows, budget))


@cache
def _surrogate(recorded: Path) -> Surrogate:
    return Surrogate(Recorded.read(recorded, Space.read(SPACE), TARGET))


def _best(
    recorded: Path,
    sampler: SamplerName,
    scheduler: SchedulerName,
    seed: int,
    trials: int,
    workers: int,
    budget: int,
    enough: float = math.inf,
) -> list[tuple[int, float]]:
    from simulated import best_by_steps  # needs Ray and Optuna, which `record` does not

    surrogate = _surrogate(recorded)
    config = SearchConfig(
        preset="cpu",
        trial=PRESETS["cpu"].trial.override({"steps": int(surrogate.steps[-1])}, "the recorded trials"),
        trials=trials,
        space_file=str(SPACE),
        space=Space.read(SPACE),
        sampler=sampler,
        scheduler=scheduler,
        select_by=TARGET,
        seed=seed,
    )
    return best_by_steps(config, surrogate, workers, budget, enough)


def _table(rows: list[dict[str, Any]], budget: int) -> Table:
    """Medians and quartiles. A search that found too little counts as longer than all others."""
    headings = ("sampler", "scheduler", "median", "quartiles", "found", "random's steps / median")
    table = empty_table(f"steps to what random search finds in {budget}", headings)
    for row in rows:
        steps = [math.inf if each is None else each for each in row["steps"]]
        low, median, high = np.quantile(steps, (0.25, 0.5, 0.75), method="higher")
        shown = [f"> {budget}" if math.isinf(each) else f"{each:.0f}" for each in (low, median, high)]
        found = f"{sum(map(math.isfinite, steps))} of {len(steps)}"
        times = "" if math.isinf(median) else f"{budget / median:.1f}"
        table.add_row(row["sampler"], row["scheduler"], shown[1], f"{shown[0]} to {shown[2]}", found, times)
    return table


if __name__ == "__main__":
    run_app(app)
