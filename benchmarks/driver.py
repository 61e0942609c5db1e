"""What our part of the driver costs after thousands of trials, without Ray: a study is filled, then each thing done.

    python benchmarks/driver.py --trials 1000 --trials 10000 --output benchmarks/results/driver.json

Processor time in milliseconds, the median of five: a draw of TPE, the end of a trial with its report, all records,
settings with schedules, both tables; and going on, from the journal to the next trial, once. Trials report once.
"""

import json
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
from overhead import config_of, our_searcher
from rich.table import Table

from lstnet_search.cli.app import run_script
from lstnet_search.cli.options import console
from lstnet_search.config.metrics import TARGET
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.provenance import provenance
from lstnet_search.results.study.lineage import with_schedules
from lstnet_search.tuning.protocol import METRICS, SCORE
from lstnet_search.tuning.study.samplers import make_sampler
from lstnet_search.tuning.study.searcher import StudySearch
from lstnet_search.tuning.study.study import Study

TIMES = 5


def main(
    trials: Annotated[list[int] | None, typer.Option(help="Trials of a study; may be repeated.")] = None,
    output: Annotated[Path | None, typer.Option(help="JSON to write.")] = None,
) -> None:
    """Fill a study of each size, and print a row for each."""
    rows = []
    for size in trials or [1000, 10_000]:
        with tempfile.TemporaryDirectory() as made:
            rows.append(measured(Path(made), size))
        print(rows[-1], flush=True)
        if output is not None:
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_text(json.dumps({"rows": rows} | provenance(), indent=2) + "\n")
    table = Table(title="our part of the driver, ms of work", title_justify="left")
    for heading in rows[0]:
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(*(f"{value:.1f}" if isinstance(value, float) else str(value) for value in row.values()))
    console().print(table)


def measured(folder: Path, size: int) -> dict[str, Any]:
    """Fill a study, and do each thing."""
    config = config_of(size + 2 * TIMES)
    study = Study(folder / "study")
    study.study.sampler = RandomSampler(seed=0)
    searcher = our_searcher(config, study, 1)
    for number in range(size):
        _draw(searcher, number)
        _end(searcher, number)
    study.study.sampler = make_sampler(config, size)
    draws, ends = [], []
    for number in range(size, size + TIMES):
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
        "records": _often(study.records),
        "schedules": _often(partial(with_schedules, records, TARGET)),
        "tables": _often(partial(results.write_tables, records, TARGET)),
    }
    return row | {"going on": 1e3 * resume(folder, size + TIMES, 1)["work"]}


def _draw(searcher: StudySearch, number: int) -> None:
    assert searcher.suggest(f"{number}") is not None


def _end(searcher: StudySearch, number: int) -> None:
    score = -float(number % 97)
    result = {"step": 1500, "seconds": 1.0, "peak_memory_mb": 1.0, SCORE: score, f"{METRICS}/{TARGET}": score}
    searcher.on_trial_complete(f"{number}", result)


def _often(work: Callable[[], Any]) -> float:
    return median(_milliseconds(work) for _ in range(TIMES))


def _milliseconds(work: Callable[[], Any]) -> float:
    begun = time.process_time()
    work()
    return 1e3 * (time.process_time() - begun)


if __name__ == "__main__":
    run_script(main)
