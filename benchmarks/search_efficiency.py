"""What samplers and schedulers save: searches on a surrogate of recorded trainings.

    python benchmarks/search_efficiency.py record --trials 64 --processes 2
    python benchmarks/search_efficiency.py compare --processes 2

`record` trains short trials all over the default search space, none stopped. It can be stopped and gone
on with: from `--state`, or from the `--output` of an earlier run. `compare` makes a surrogate of them, and
counts the steps that our searcher and schedulers need on it to find what random search finds, which stops nothing.
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
from recording import ABOUT, merge, points, record, take_over
from rich.table import Table
from surrogate import Recorded, Surrogate

from lstnet_search.cli.app import make_app, run_app
from lstnet_search.cli.options import console
from lstnet_search.config import PRESETS, Space, TrialConfig
from lstnet_search.config.metrics import TARGET
from lstnet_search.config.search import SamplerName, SchedulerName, SearchConfig
from lstnet_search.evaluation import prepare
from lstnet_search.results.folder.provenance import provenance

SAMPLERS: tuple[SamplerName, ...] = ("random", "tpe", "gp")
SCHEDULERS: tuple[SchedulerName, ...] = ("none", "asha", "median")
RECORDED = Path("benchmarks/results/search_efficiency.parquet")
SPACE = Path("search_spaces/weight_ratios.yaml")

app = make_app()


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
    output: Annotated[Path, typer.Option(help="Parquet to write all trainings to, and to go on from.")] = RECORDED,
) -> None:
    """Train points of the default space, a row a report."""
    deadline = time.monotonic() + 60 * minutes
    base = PRESETS["cpu"].trial.override(
        {"steps": steps, "reports": steps // every, "precision": "float32"} | json.loads(settings), "the options"
    )
    searched = Space.read(space)
    about: dict[str, Any] = {"trial": base.model_dump(mode="json"), "space": searched.content()}
    state.mkdir(parents=True, exist_ok=True)
    take_over(output, state)
    _refuse_other(state, about)
    prepare(base, Path(), the_device(), state / "classifiers", print)  # once, for all processes
    for line in record(points(searched, base, trials), state, processes, deadline, about | provenance()):
        print(line, flush=True)
    print(f"{merge(state, output)} of {trials} trials are in {output}")


def _refuse_other(state: Path, about: dict[str, Any]) -> None:
    for path in sorted(state.glob("trial_*.parquet"))[:1]:
        recorded = json.loads(pq.read_schema(path).metadata[ABOUT])
        trained = TrialConfig.parse(recorded["trial"], str(path)).model_dump(mode="json")  # with what came since
        if {"trial": trained, "space": recorded["space"]} != about:
            raise SystemExit(f"{state} holds trainings of other settings; choose another --state")


@app.command()
def compare(
    recorded: Annotated[Path, typer.Option(help="Parquet that `record` wrote.")] = RECORDED,
    trials: Annotated[int, typer.Option(min=1, help="Trials of the random search to be reached.")] = 64,
    seeds: Annotated[int, typer.Option(min=1, help="Searches of each kind.")] = 20,
    workers: Annotated[int, typer.Option(min=1, help="Trials at once.")] = 4,
    processes: Annotated[int, typer.Option(min=1, help="Searches at once.")] = 1,
    output: Annotated[Path, typer.Option(help="JSON to write.")] = Path("benchmarks/results/search_efficiency.json"),
) -> None:
    """Count steps, of all trials together, until a search has found what random search finds with all of its steps."""
    surrogate = _surrogate(recorded)
    budget = trials * int(surrogate.steps[-1])
    kinds = [(sampler, scheduler) for sampler in SAMPLERS for scheduler in SCHEDULERS]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        whole = [pool.submit(_best, recorded, "random", "none", seed, trials, workers, budget) for seed in range(seeds)]
        target = float(np.median([future.result()[-1][1] for future in whole]))
        print(f"{trials} trials drawn at random find {target:.2%}, the median of {seeds} searches", flush=True)
        futures = {
            kind: [pool.submit(_best, recorded, *kind, seed, trials, workers, budget, target) for seed in range(seeds)]
            for kind in kinds
        }
        rows = []
        for (sampler, scheduler), searches in futures.items():
            found = [future.result() for future in searches]
            steps = [curve[-1][0] if curve[-1][1] >= target else None for curve in found]
            rows.append({"sampler": sampler, "scheduler": scheduler, "steps": steps})
            print(rows[-1], flush=True)
    about = {"target": target, "budget": budget, "workers": workers, "surrogate": surrogate.errors}
    output.write_text(json.dumps(about | {"rows": rows} | provenance(), indent=2) + "\n")
    errors = "  ".join(f"{name} {value:.3f}" for name, value in surrogate.errors.items())
    print(f"surrogate, last report of trials held out: {errors}")
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
    from simulated import best_by_steps  # needs Ray and Optuna, which recording does without

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
    """Medians and quartiles, a search that found too little counted as longer than any."""
    table = Table(title=f"steps to what random search finds in {budget}", title_justify="left")
    for heading in ("sampler", "scheduler", "median", "quartiles", "found", "random's steps / median"):
        table.add_column(heading, no_wrap=True)
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
