"""Trains points of a search space in parallel, and writes each training to a file as soon as it ends."""

import io
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import torch
from machine import the_device
from scipy.stats.qmc import Sobol

from lstnet_search.config import WEIGHT_NAMES, LogUniform, LSTNetConfig, Range, Space, TrialConfig, Uniform
from lstnet_search.config.metrics import TARGET, accuracy_name, directions_of
from lstnet_search.evaluation import EvaluatedTraining, Prepared, prepare
from lstnet_search.io.atomic import write_whole
from lstnet_search.seeding import derive_seed
from lstnet_search.training import DivergedError, use_fast_settings

ABOUT = b"about"
"""Key in a file's metadata: settings and provenance of the training, as JSON."""

ACCURACIES = (*map(accuracy_name, directions_of(*LSTNetConfig().domains)), TARGET)
SCHEMA = pa.schema(
    [("trial", pa.int64()), ("seed", pa.int64())]
    + [(name, pa.float64()) for name in WEIGHT_NAMES]
    + [("step", pa.int64()), ("seconds", pa.float64())]
    + [(name, pa.float64()) for name in ACCURACIES]
)
"""One row per report."""


def points(space: Space, base: TrialConfig, count: int) -> list[TrialConfig]:
    """The base's own weights, then a Sobol sequence over the space, each point with its own seed.

    The sequence is not scrambled, so that it is the same with every version of SciPy, and a shorter list is the
    beginning of a longer one. The base replaces the first point of the sequence, a corner of the space.
    """
    sequence = Sobol(space.dimensions, scramble=False).random_base2((count - 1).bit_length())
    settings: list[dict[str, Any]] = [base.weights]
    for row in sequence[1:count]:
        shares = dict(zip(space.parameters, row, strict=True))
        settings.append(
            space.complete({name: value_at(bounds, shares[name]) for name, bounds in space.parameters.items()})
        )
    return [
        base.override(each | {"seed": derive_seed(base.seed, "trial", number)}, f"point {number}")
        for number, each in enumerate(settings)
    ]


def value_at(bounds: Range, share: float) -> float:
    """The value at a share of the way through a range; the inverse of `position`."""
    if isinstance(bounds, LogUniform):
        return float(bounds.low * (bounds.high / bounds.low) ** share)
    if isinstance(bounds, Uniform):
        return float(bounds.low + share * (bounds.high - bounds.low))
    raise SystemExit(f"{bounds} has no values in between; use uniform and loguniform ranges")


def record(
    trials: list[TrialConfig], state: Path, processes: int, deadline: float, about: dict[str, Any]
) -> Iterator[str]:
    """Train every trial that has no file yet, and write one file per training.

    Args:
        trials: settings of the trials, by number.
        state: folder of the files and of the classifiers.
        processes: parallel trainings, one thread each, on the GPU if there is one.
        deadline: start no training that would end later, in seconds of `time.monotonic`.
        about: metadata of the files.

    Yields:
        One line of text per training.
    """
    longest = 0.0
    missing = [number for number in range(len(trials)) if not part_file(state, number).exists()]
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # for scikit-learn in the processes of the pool
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        running: dict[Future[dict[str, Any]], int] = {}
        while True:
            while missing and len(running) < processes and time.monotonic() + longest < deadline:
                number = missing.pop(0)
                running[pool.submit(_train, trials[number], state)] = number
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                number, trained = running.pop(future), future.result()
                longest = max(longest, trained["seconds"])
                _write(part_file(state, number), _table(number, trials[number], trained["rows"], about))
                yield f"trial {number}  {trained['seconds']:.0f} s  {trained['end']}"


def merge(state: Path, output: Path) -> int:
    """Merge the files of all trainings into one, ordered by trial, and return the number of trainings."""
    parts = [pq.read_table(path) for path in sorted(state.glob("trial_*.parquet"))]
    if parts:
        output.parent.mkdir(parents=True, exist_ok=True)
        _write(output, pa.concat_tables(parts))
    return len(parts)


def restore_parts(output: Path, state: Path) -> None:
    """Split a merged file of an earlier recording into the files of its trainings, if the state folder lacks them."""
    if not output.exists():
        return
    table = pq.read_table(output)
    for number in pc.unique(table["trial"]).to_pylist():
        if not part_file(state, number).exists():
            _write(part_file(state, number), table.filter(pc.field("trial") == number))


def part_file(state: Path, number: int) -> Path:
    """The file of one training."""
    return state / f"trial_{number:05}.parquet"


def _train(config: TrialConfig, state: Path) -> dict[str, Any]:
    start = time.perf_counter()
    torch.set_num_threads(1)
    device = the_device()
    use_fast_settings(device)
    prepared = _prepared(config.data, device, state / "classifiers")
    rows: list[dict[str, float]] = []
    try:
        for report in EvaluatedTraining(config, prepared, "both", device):
            accuracies = {name: report.metrics[name] for name in ACCURACIES}
            rows.append({"step": report.step, "seconds": report.seconds} | accuracies)
        end = f"{rows[-1][TARGET]:.2%}"
    except DivergedError as error:
        end = str(error)
    return {"rows": rows, "seconds": time.perf_counter() - start, "end": end}


@cache
def _prepared(data: str, device: torch.device, classifiers: Path) -> Prepared:
    return prepare(LSTNetConfig.parse({"data": data}, "data"), Path(), device, classifiers)


def _table(number: int, config: TrialConfig, rows: list[dict[str, float]], about: dict[str, Any]) -> pa.Table:
    trial = {"trial": number, "seed": config.seed} | config.weights
    metadata = {ABOUT: json.dumps(about).encode()}
    return pa.Table.from_pylist([trial | row for row in rows], schema=SCHEMA.with_metadata(metadata))


def _write(path: Path, table: pa.Table) -> None:
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    write_whole(path, buffer.getvalue())
