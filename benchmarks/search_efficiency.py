"""What samplers and schedulers save, measured by searches on a surrogate of recorded trainings.

    python benchmarks/search_efficiency.py record --trials 64 --processes 2
    python benchmarks/search_efficiency.py compare --processes 2

`record` trains short trials at points spread over the default search space and stops none of them early. It can be
interrupted and continued, from `--state` or from the `--output` of an earlier run. `compare` fits a surrogate to the
recorded trials. On it, `compare` counts the steps until our searcher and schedulers find what random search without
early stopping finds.
"""

import json
import math
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean
from typing import Annotated, Any, cast

import numpy as np
import pyarrow.parquet as pq
import typer
from machine import the_device
from recording import ABOUT, merge, points, record, restore_parts
from reporting import OutputFile, empty_table, write_json
from rich.table import Table
from scipy.stats.qmc import Sobol
from surrogate import KnownLuck, Recorded, Surrogate, unit_cube_position

from lstnet_search.cli.app import App, run_app
from lstnet_search.config import PRESETS, Space, TrialConfig
from lstnet_search.config.metrics import TARGET
from lstnet_search.config.search import SamplerName, SchedulerName, SearchConfig
from lstnet_search.evaluation import prepare
from lstnet_search.io.console import console
from lstnet_search.results.folder.provenance import provenance
from lstnet_search.results.study.configurations import ranked_by

SAMPLERS: tuple[SamplerName, ...] = ("random", "tpe", "gp")
SCHEDULERS: tuple[SchedulerName, ...] = ("none", "asha", "median")
RECORDED = Path("benchmarks/results/search_efficiency.parquet")
SPACE = Path("search_spaces/weight_ratios.yaml")

BUDGETS = (6, 12, 24, 64)
"""Whole trainings after which a search's choice is judged."""
REGRET_ROWS = [
    f"{sampler}/{scheduler}/{seeds}"
    for sampler in ("random", "tpe", "gp", "prior")
    for scheduler in ("none", "asha")
    for seeds in (1, 5)
]

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


@app.command()
def regret(
    recorded: Annotated[Path, typer.Option(help="Parquet file that `record` has written.")] = RECORDED,
    searches: Annotated[int, typer.Option(min=1, help="Searches per row.")] = 100,
    luck: Annotated[float, typer.Option(help="Standard deviation of a score between seeds.")] = 0.01,
    shared: Annotated[float, typer.Option(help="Share of its variance that a seed brings to all settings.")] = 0.2,
    workers: Annotated[int, typer.Option(min=1, help="Parallel trials of a search.")] = 2,
    processes: Annotated[int, typer.Option(min=1, help="Parallel searches.")] = 1,
    only: Annotated[list[str] | None, typer.Option(help="Rows, as sampler/scheduler/seeds. Default: all.")] = None,
    output: OutputFile = Path("benchmarks/results/regret.json"),
) -> None:
    """What searches choose after 6, 12, 24 and 64 whole trainings, and whether they celebrate where nothing differs."""
    rows = []
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for row in only or REGRET_ROWS:
            found = [
                [
                    pool.submit(_choices, recorded, row, search, luck, shared, workers, flat)
                    for search in range(searches)
                ]
                for flat in (False, True)
            ]
            choices, null = ([future.result() for future in futures] for futures in found)
            rows.append({"row": row, "choices": choices, "celebrated": [each[-1]["better"] for each in null]})
            print(row, _summary(rows[-1]), flush=True)
            write_json(output, {"luck": luck, "shared": shared, "workers": workers, "rows": rows} | provenance())
    console().print(_regret_table(rows))


def _choices(
    recorded: Path, row: str, search: int, luck: float, shared: float, workers: int, flat: bool
) -> list[dict[str, float | bool]]:
    """One search at each budget: the regret of its choice, whether that is worse than trial 0, and the verdict."""
    from simulated import simulate

    surrogate = _surrogate(recorded)
    sampler, scheduler, seeds = row.split("/")
    config = _search(surrogate, cast(SamplerName, sampler), cast(SchedulerName, scheduler), search, BUDGETS[-1])
    config = config.model_copy(update={"seeds": int(seeds)})
    paper = unit_cube_position(config.space, config.trial.model_dump())
    landscape = KnownLuck(surrogate, luck, shared, search, paper if flat else None)
    of_paper = surrogate.expected([paper])[0].max()
    left, chosen = list(BUDGETS), []
    for moment in simulate(config, landscape, workers):
        if moment.steps < left[0] * int(surrogate.steps[-1]):
            continue
        ranking = ranked_by(moment.study.records(), TARGET)
        settings = next(each.settings for each in moment.study.records() if each.number == ranking.best.number)
        value = surrogate.expected([unit_cube_position(config.space, settings)])[0].max()
        said = ranking.verdict(TARGET)
        chosen.append(
            {
                "regret": float(_best_known(recorded) - value),
                "worse": bool(value < of_paper - 1e-9),
                "better": " is better than the paper's weights" in said,
            }
        )
        left.pop(0)
        if not left:
            break
    return chosen


@cache
def _best_known(recorded: Path) -> float:
    surrogate = _surrogate(recorded)
    cube = Sobol(Space.read(SPACE).dimensions, seed=0).random_base2(13)
    return float(surrogate.expected(cube.tolist()).max())


def _summary(row: dict[str, Any]) -> str:
    parts = []
    for index, budget in enumerate(BUDGETS):
        at = [choices[index] for choices in row["choices"] if len(choices) > index]
        parts.append(
            f"{budget}: {100 * fmean(each['regret'] for each in at):.2f} / {fmean(each['worse'] for each in at):.0%}"
        )
    return "  ".join(parts) + f"  celebrated {fmean(row['celebrated']):.0%}"


def _regret_table(rows: list[dict[str, Any]]) -> Table:
    headings = ("sampler / scheduler / seeds", *(f"{budget}" for budget in BUDGETS), "nothing to find")
    table = empty_table("regret in points after whole trainings / share of searches worse than trial 0", headings)
    for row in rows:
        *parts, celebrated = _summary(row).split("  ")
        table.add_row(row["row"], *(part.partition(": ")[2] for part in parts), celebrated)
    return table


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
    return best_by_steps(_search(surrogate, sampler, scheduler, seed, trials), surrogate, workers, budget, enough)


def _search(
    surrogate: Surrogate, sampler: SamplerName, scheduler: SchedulerName, seed: int, trials: int
) -> SearchConfig:
    return SearchConfig(
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
