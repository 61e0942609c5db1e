"""The cost of thousands of trials for the driver: a search of real size whose trials do nothing.

    python benchmarks/load.py --trials 1000 --trials 10000 --output benchmarks/results/load.json

Measures the memory and work of the driver over the run, the time until a resumed search has suggested its next
trial, and the size of the results folder. Work is processor time of the driver alone, without actors and without
whatever else the machine does.
"""

import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import typer
from machine import resident
from overhead import make_searcher, run_ours, search_config
from reporting import OutputFile, empty_table, write_json
from rich.table import Table

from lstnet_search.cli.app import run_script
from lstnet_search.config.metrics import TARGET
from lstnet_search.io.console import console
from lstnet_search.results.folder.storage import Storage
from lstnet_search.tuning.cluster.cluster import local_cluster
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.schedulers.asha import make_scheduler
from lstnet_search.tuning.study.journal import Journal
from lstnet_search.tuning.study.samplers import make_sampler
from lstnet_search.tuning.study.study import Study, truncate_incomplete_line
from lstnet_search.tuning.trials.checkpoints import delete_unrecorded_checkpoints, run_name

WINDOWS = 10
"""Equal parts of a run. Their means show whether the cost of a trial grows with the number of earlier trials."""


def main(
    trials: Annotated[list[int] | None, typer.Option(help="Trials; repeatable. Default: 1000, 10000.")] = None,
    concurrent: Annotated[int, typer.Option(min=1, max=16, help="Parallel trials, and Ray's CPUs.")] = 8,
    output: OutputFile = None,
) -> None:
    """Run each search in a process of its own, and print one row per search."""
    rows = []
    for size in trials or [1000, 10_000]:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            rows.append(pool.submit(measure, size, concurrent).result())
        print(rows[-1], flush=True)
        write_json(output, {"concurrent": concurrent, "rows": rows})
    console().print(_table(rows))


def measure(size: int, concurrent: int) -> dict[str, Any]:
    """Run one search, and resume it."""
    config = search_config(size)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        placement = Placement(cpus=concurrent, gpus=0, concurrent=concurrent)
        with local_cluster(placement):
            before = resident()
            ends = run_ours(config, Journal(folder / "study"), folder, concurrent)
        bounds = [0, *(len(ends) * part // WINDOWS - 1 for part in range(1, WINDOWS + 1))]
        tenths = [(ends[first], ends[last], max(1, last - first)) for first, last in pairwise(bounds)]
        return {
            "trials": size,
            "seconds_per_trial": (ends[-1].clock - ends[0].clock) / (size - 1),
            "work_per_trial": (ends[-1].work - ends[0].work) / (size - 1),
            "work_per_trial_by_tenth": [(end.work - begin.work) / count for begin, end, count in tenths],
            "memory_before_mib": before,
            "memory_by_tenth_mib": [end.memory for _, end, _ in tenths],
            "memory_peak_mib": max(end.memory for end in ends),
            "resume": resume(folder, size, concurrent),
            "folder": _sizes(folder),
        }


def resume(folder: Path, size: int, concurrent: int) -> dict[str, float]:
    """Seconds, and seconds of work, that a resumed search takes from reading its journal to its next trial."""
    storage = Storage.local(folder / "results")
    start, work_start = time.perf_counter(), time.process_time()
    config = search_config(size + 1)
    truncate_incomplete_line(folder / "study")
    study = Study(folder / "study")
    earlier = study.records()
    study.study.sampler = make_sampler(config, len(earlier))
    delete_unrecorded_checkpoints(storage, earlier)
    make_scheduler(config, earlier, TARGET)
    run_name(storage)
    suggested = make_searcher(config, study, concurrent).suggest("next")
    assert suggested is not None
    assert suggested["trial"] == size
    return {"seconds": time.perf_counter() - start, "work": time.process_time() - work_start}


def _sizes(folder: Path) -> dict[str, float]:
    """MiB of the study, of the tables and of Ray's files, and the number of Ray's files."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    tune = [path for path in files if "tune" in path.relative_to(folder).parts]

    def mebibytes(paths: list[Path]) -> float:
        return sum(path.stat().st_size for path in paths) / 2**20

    return {
        "study_mib": mebibytes([folder / "study"]),
        "tables_mib": mebibytes([path for path in files if path.suffix == ".parquet"]),
        "tune_mib": mebibytes(tune),
        "tune_files": len(tune),
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    headings = (
        "trials",
        "work a trial, ms",
        "first tenth",
        "last tenth",
        "memory, MiB",
        "of it before",
        "resume, s of work",
        "study, MiB",
        "tables, MiB",
        "tune/, MiB",
        "files there",
    )
    table = empty_table("the driver of a search", headings, justify="right")
    for row in rows:
        tenths = row["work_per_trial_by_tenth"]
        table.add_row(
            str(row["trials"]),
            *(f"{1e3 * value:.1f}" for value in (row["work_per_trial"], tenths[0], tenths[-1])),
            *(f"{row[name]:.0f}" for name in ("memory_peak_mib", "memory_before_mib")),
            f"{row['resume']['work']:.1f}",
            *(f"{row['folder'][name]:.1f}" for name in ("study_mib", "tables_mib", "tune_mib")),
            str(row["folder"]["tune_files"]),
        )
    return table


if __name__ == "__main__":
    run_script(main)
