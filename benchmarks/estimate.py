"""The error of the time left that a search shows, on recorded searches and on searches with fake trainings.

    python benchmarks/estimate.py

Each search is replayed. At each report, the time left that the terminal would show is compared with the time that the
search really took from there. Aim: an error below 20 % at half of the reports.
"""

import heapq
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from reporting import OutputFile, empty_table, write_json
from search_efficiency import RECORDED, SPACE
from simulated import simulate
from surrogate import Recorded, Surrogate

from lstnet_search.cli.app import run_script
from lstnet_search.config import PRESETS, Space
from lstnet_search.config.metrics import TARGET
from lstnet_search.config.rungs import rungs
from lstnet_search.config.search import SearchConfig
from lstnet_search.io.console import console
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.screen.progress import Progress

STUDIES = Path("docs/studies")
Report = tuple[int, float]
"""Steps and seconds of a training up to a report."""


class Replayed:
    """The trainings of a search, in the order in which they began, and how its estimates went.

    Attributes:
        errors: relative error of each estimate while more than a fiftieth of the search's time was left.
        jumps: how far the expected end moved between two reports, as a share of the time left.
    """

    def __init__(self, trainings: Sequence[Sequence[Report]], whole: set[int], progress: Progress, slots: int) -> None:
        """Replay trainings side by side: the next one begins when one has ended."""
        events = sorted(_events(trainings, slots))
        end = events[-1][0]
        shown: list[tuple[float, float]] = []
        for now, number, step, seconds, last in events:
            progress.report(number, step, seconds, whole=number in whole)
            if last:
                progress.end(number)
            left = progress.seconds_left(now)
            assert left is not None
            if end - now > end / 50:
                shown.append((now, left))
        self.errors = [abs(left - (end - now)) / (end - now) for now, left in shown]
        self.jumps = [
            abs((now + left) - (before + was)) / max(was, left) for (before, was), (now, left) in pairwise(shown)
        ]


def main(
    studies: Annotated[Path, typer.Option(help="Folder of recorded studies.")] = STUDIES,
    recorded: Annotated[Path, typer.Option(help="Trainings that fake ones are drawn from.")] = RECORDED,
    searches: Annotated[int, typer.Option(min=1, help="Searches with fake trainings, of each size.")] = 10,
    output: OutputFile = None,
) -> None:
    """Print the errors of the time left."""
    found = {
        str(path.parent.relative_to(studies)): [replay]
        for path in sorted(studies.rglob("history.parquet"))
        if (replay := recorded_search(path.parent)) is not None
    }
    surrogate = Surrogate(Recorded.read(recorded, Space.read(SPACE), TARGET))
    for trials in (6, 12, 24, 64):
        for workers in (1, 2, 8):
            name = f"fake, {trials} trials, {workers} side by side"
            found[name] = [fake_search(surrogate, trials, workers, seed) for seed in range(searches)]
    found["all"] = [replay for replays in found.values() for replay in replays]
    table = empty_table("time left", ("search", "estimates", "median error", "within 20 %", "jump"))
    rows = {}
    for name, replays in found.items():
        errors = np.concatenate([each.errors for each in replays])
        jumps = np.concatenate([each.jumps for each in replays])
        rows[name] = [
            len(errors),
            float(np.median(errors)),
            float((errors <= 0.2).mean()),
            float(np.quantile(jumps, 0.99)),
        ]
        count, median, within, jump = rows[name]
        table.add_row(name, str(count), f"{median:.0%}", f"{within:.0%}", f"{jump:.0%}")
    console().print(table)
    write_json(output, {"rows": rows})


def recorded_search(path: Path) -> Replayed | None:
    """A recorded search, or None if it has too few reports."""
    study = StudyTables.read(path)
    groups = [group for _, group in study.history.sort_values(["trial", "step"]).groupby("trial")]
    trainings = [list(zip(group["step"].astype(int), group["seconds"].astype(float), strict=True)) for group in groups]
    if sum(map(len, trainings)) < 10:
        return None
    progress = Progress(study.steps, study.search.trials or len(trainings), 2, study.rungs)
    return Replayed(trainings, {0}, progress, 2)


def fake_search(surrogate: Surrogate, trials: int, workers: int, seed: int) -> Replayed:
    """A search with several seeds, early stopping and fake trainings, each of its own pace."""
    settings = PRESETS["cpu"].trial.override({"steps": int(surrogate.steps[-1]), "reports": len(surrogate.steps)}, "")
    config = SearchConfig(
        preset="cpu",
        trial=settings,
        trials=trials,
        seeds=min(5, trials),
        space=Space.read(SPACE),
        space_file=str(SPACE),
        seed=seed,
    )
    *_, last = simulate(config, surrogate, workers, trials)
    random = np.random.default_rng(seed)
    records = sorted(last.study.records(), key=lambda record: record.number)
    trainings = [
        [(report.step, report.step * pace) for report in record.reports]
        for record, pace in zip(records, random.lognormal(0, 0.1, len(records)), strict=True)
    ]
    whole = {0, *(record.number for record in records if record.repeat_of is not None)}
    progress = Progress(settings.steps, trials, workers, rungs(settings.steps), repeats=True)
    return Replayed(trainings, whole, progress, workers)


def _events(trainings: Sequence[Sequence[Report]], slots: int) -> Iterator[tuple[float, int, int, float, bool]]:
    """Time, trial, step, seconds and whether it is the last of each report."""
    free = [0.0] * slots
    for number, reports in enumerate(trainings):
        start = heapq.heappop(free)
        for index, (step, seconds) in enumerate(reports):
            yield start + seconds, number, step, seconds, index == len(reports) - 1
        heapq.heappush(free, start + reports[-1][1])


if __name__ == "__main__":
    run_script(main)
