"""The cost of our part of the driver after thousands of trials: fill a study without Ray, then time each operation.

    python benchmarks/driver.py --trials 1000 --trials 10000 --output benchmarks/results/driver.json

Times are milliseconds of processor time, medians of five: a draw of TPE, the end of a trial with its report, all
records, settings with schedules, and both tables. The time to resume, from the journal to the next trial, is measured
once. Each trial reports once.
"""

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer
from load import resume
from optuna.samplers import RandomSampler
from overhead import make_searcher, search_config
from reporting import OutputFile, write_json
from rich.table import Table

from lstnet_search.cli.app import run_script
from lstnet_search.config.metrics import TARGET
from lstnet_search.io.console import console
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.lineage import with_schedules
from lstnet_search.tuning.protocol import METRICS, SCORE
from lstnet_search.tuning.study.samplers import make_sampler
from lstnet_search.tuning.study.searcher import StudySearch
from lstnet_search.tuning.study.study import Study

REPETITIONS = 5


def main(
    trials: Annotated[list[int] | None, typer.Option(help="Size of a study; repeatable. Default: 1000, 10000.")] = None,
    output: OutputFile = None,
) -> None:
    """Fill a study of each size, and print one row per size."""
    rows = []
    for size in trials or [1000, 10_000]:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(measure(Path(folder), size))
        print(rows[-1], flush=True)
        write_json(output, {"rows": rows})
    table = Table(title="our part of the driver, ms of work", title_justify="left")
    for heading in rows[0]:
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(*(f"{value:.1f}" if isinstance(value, float) else str(value) for value in row.values()))
    console().print(table)


def measure(folder: Path, size: int) -> dict[str, Any]:
    """Fill a study, and time each operation."""
    config = search_config(size + 2 * REPETITIONS)
    study = Study(folder / "study")
    study.study.sampler = RandomSampler(seed=0)
    searcher = make_searcher(config, study, 1)
    for number in range(size):
        _draw(searcher, number)
        _end(searcher, number)
    study.study.sampler = make_sampler(config, size)
    draws, ends = [], []
    for number in range(size, size + REPETITIONS):
        draws.append(_milliseconds(partial(_draw, searcher, number)))
        ends.append(_milliseconds(partial(_end, searcher, number)))
    results = ResultsFolder(folder / "tables")
    results.path.mkdir()
    records = study.records()
    row: dict[str, Any] = {
        "trials": size,
        "first draw": draws[0],
        "draw": median(draws),
        "end": median(ends),
        "records": _median_milliseconds(study.records),
        "schedules": _median_milliseconds(partial(with_schedules, records, TARGET)),
        "tables": _median_milliseconds(partial(results.write_tables, records, TARGET)),
    }
    return row | {"going on": 1e3 * resume(folder, size + REPETITIONS, 1)["work"]}


def _draw(searcher: StudySearch, number: int) -> None:
    assert searcher.suggest(f"{number}") is not None


def _end(searcher: StudySearch, number: int) -> None:
    score = -float(number % 97)
    result = {"step": 1500, "seconds": 1.0, "peak_memory_mb": 1.0, SCORE: score, METRICS: {TARGET: score}}
    searcher.on_trial_complete(f"{number}", result)


def _median_milliseconds(work: Callable[[], Any]) -> float:
    return median(_milliseconds(work) for _ in range(REPETITIONS))


def _milliseconds(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return 1e3 * (time.process_time() - start)


if __name__ == "__main__":
    run_script(main)
