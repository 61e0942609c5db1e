"""The cost of a search besides training: trials that do nothing, run by Optuna alone, by a plain Tuner and by us.

    python benchmarks/overhead.py --output benchmarks/results/overhead.json

Each trial reports once. The plain Tuner has Ray's own OptunaSearch, reused actors and no loggers. All three have
the same space, sampler and storage (ours has its own backend of Optuna's journal), and run one after the other.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated, Any, Self, cast

import optuna
import torch
import typer
from machine import resident
from optuna.storages import BaseStorage, InMemoryStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from ray import tune
from ray.tune.search import ConcurrencyLimiter
from ray.tune.search.optuna import OptunaSearch
from reporting import OutputFile, empty_table, write_json
from rich.console import Console
from rich.table import Table

from lstnet_search.cli.app import run_script
from lstnet_search.config import PRESETS, Space
from lstnet_search.config.metrics import TARGET
from lstnet_search.config.search import SearchConfig
from lstnet_search.evaluation import EvaluatedTraining, Prepared
from lstnet_search.io.console import console
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.storage import Storage
from lstnet_search.results.screen.progress import Progress
from lstnet_search.training import Report, Start
from lstnet_search.tuning.cluster.cluster import local_cluster
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.console.search_display import SearchDisplay
from lstnet_search.tuning.context import SearchContext
from lstnet_search.tuning.monitoring.search_callback import SearchCallback
from lstnet_search.tuning.protocol import SCORE
from lstnet_search.tuning.run import Run
from lstnet_search.tuning.schedulers.asha import make_scheduler
from lstnet_search.tuning.stop_request import StopRequest
from lstnet_search.tuning.study.journal import Journal
from lstnet_search.tuning.study.samplers import make_sampler
from lstnet_search.tuning.study.searcher import StudySearch
from lstnet_search.tuning.study.study import Study, distribution
from lstnet_search.tuning.trials.trainable import Trainable
from lstnet_search.tuning.tuner import make_tuner, run_tuner

SPACE = Path("search_spaces/weight_ratios.yaml")
STORAGES: dict[str, Callable[[Path], BaseStorage]] = {
    "memory": lambda folder: InMemoryStorage(),
    "journal": lambda folder: JournalStorage(JournalFileBackend(str(folder / "study"))),
    "sqlite": lambda folder: RDBStorage(f"sqlite:///{folder / 'study'}"),
}


@dataclass(frozen=True)
class Moment:
    """A reading of the clock, of this process's processor time (both in s), and of its resident memory in MiB."""

    clock: float
    work: float
    memory: float

    @classmethod
    def now(cls) -> Self:
        """Read all three now."""
        return cls(time.perf_counter(), time.process_time(), resident())


class Clock(tune.Callback):
    """Records when trials end."""

    def __init__(self) -> None:
        self.ends: list[Moment] = []

    def on_trial_complete(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        """Record the time."""
        self.ends.append(Moment.now())

    def __getstate__(self) -> dict[str, Any]:
        """Empty, because Ray stores callbacks."""
        return {}


class InstantTraining(Iterator[Report]):
    """A training whose only report comes at once."""

    alarms = ()

    def __init__(self, steps: int, score: float) -> None:
        self.last: Report | None = None
        self._steps, self._score = steps, score

    def __next__(self) -> Report:
        """The report after all steps."""
        network = torch.nn.Identity()
        self.last = Report(self._steps, 0.0, {TARGET: self._score}, network, dict)
        return self.last

    def save(self, folder: Path, **about: Any) -> None:
        """Write an empty file."""
        (folder / "state").touch()


class Ours(Trainable):
    """Our trainable with an instant training."""

    def _make(self, start: Start | None) -> EvaluatedTraining:
        return cast(EvaluatedTraining, InstantTraining(self._settings.steps, score(self._settings.weights)))


class Plain(tune.Trainable):
    """The smallest trainable that Ray Tune can run."""

    def setup(self, config: dict[str, Any]) -> None:
        """Accept a trial."""
        self.reset_config(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Accept the next trial."""
        self._weights = new_config
        return True

    def step(self) -> dict[str, Any]:
        """Report."""
        return {SCORE: score(self._weights), "done": True}

    def save_checkpoint(self, checkpoint_dir: str) -> None:
        """Write an empty file."""
        (Path(checkpoint_dir) / "state").touch()

    def load_checkpoint(self, checkpoint: dict[str, Any] | None) -> None:
        """Do nothing: no trial is resumed."""


class NoData:
    """Stands for prepared data, which an instant training never reads."""

    directions = ("mnist_to_usps", "usps_to_mnist")

    def to(self, device: torch.device) -> "NoData":
        """The same on any device."""
        return self


class StudyIn(Study):
    """Our study in another storage."""

    def __init__(self, storage: BaseStorage, sampler: optuna.samplers.BaseSampler) -> None:
        self._given = storage
        super().__init__(Path(), sampler)

    def _open_storage(self, path: Path) -> BaseStorage:
        return self._given


def score(weights: dict[str, float]) -> float:
    """A smooth function, so that samplers have something to model."""
    return -abs(weights["w1"] - 30) - abs(weights["w2"] - 30)


def run_optuna(config: SearchConfig, storage: BaseStorage, folder: Path, concurrent: int) -> list[Moment]:
    """Ask and tell, and return when each trial ended."""
    space = {name: distribution(bounds) for name, bounds in config.space.parameters.items()}
    study = optuna.create_study(storage=storage, sampler=make_sampler(config, 0), direction="maximize")
    ends = []
    for _ in range(config.trials):
        trial = study.ask(space)
        study.tell(trial, score(trial.params))
        ends.append(Moment.now())
    return ends


def run_plain_tuner(config: SearchConfig, storage: BaseStorage, folder: Path, concurrent: int) -> list[Moment]:
    """Run Ray Tune with Ray's OptunaSearch, and return when each trial ended."""
    clock = Clock()
    space = {name: distribution(bounds) for name, bounds in config.space.parameters.items()}
    searcher = OptunaSearch(space, metric=SCORE, mode="max", storage=storage, sampler=make_sampler(config, 0))
    tune.Tuner(
        tune.with_resources(Plain, {"cpu": 1}),
        tune_config=tune.TuneConfig(
            search_alg=ConcurrencyLimiter(searcher, max_concurrent=concurrent),
            num_samples=config.trials,
            reuse_actors=True,
        ),
        run_config=tune.RunConfig(name="plain", storage_path=str(folder), callbacks=[clock], verbose=0),
    ).fit()
    return clock.ends


def make_searcher(config: SearchConfig, study: Study, concurrent: int) -> StudySearch:
    """Our searcher."""
    return StudySearch(
        study,
        config.space,
        config.trial,
        metric=TARGET,
        seed=config.seed,
        trials=config.trials,
        max_concurrent=concurrent,
        last_checkpoint=lambda number, at_most: None,
    )


def run_ours(config: SearchConfig, storage: BaseStorage, folder: Path, concurrent: int) -> list[Moment]:
    """Run our searcher, scheduler, callbacks and tables, as a search does, and return when each trial ended."""
    clock = Clock()
    results = ResultsFolder(folder / "results")
    results.create({"search": config.model_dump(mode="json")})
    placement = Placement(cpus=concurrent, gpus=0, concurrent=concurrent)
    study = StudyIn(storage, make_sampler(config, 0))
    with (folder / "lines").open("w") as lines, StopRequest() as stop_request:
        terminal = Console(file=lines, width=200)
        prepared = cast(Prepared, NoData())
        storage_of_trials = Storage.local(results.path)
        context = SearchContext(
            Run(results), config, results, storage_of_trials, prepared, placement, terminal, stop_request
        )
        display = SearchDisplay(terminal, config.directions, Progress(config.trial.steps, config.trials, 2), TARGET)
        callback = SearchCallback(context, study, display)
        callback.start([])
        scheduler = make_scheduler(config, [], TARGET)
        searcher = make_searcher(config, study, concurrent)
        run_tuner(make_tuner(context, searcher, scheduler, [callback, clock], config.trials, trainable=Ours))
        callback.stop()
        records = study.records()
    assert [record.state for record in records] == ["COMPLETE"] * config.trials
    assert len(results.read_trials()) == config.trials
    return clock.ends


WAYS: dict[str, Callable[[SearchConfig, BaseStorage, Path, int], list[Moment]]] = {
    "Optuna": run_optuna,
    "plain Tuner": run_plain_tuner,
    "ours": run_ours,
}


def main(
    trials: Annotated[list[int] | None, typer.Option(help="Trials; repeatable. Default: 200, 1000.")] = None,
    storage: Annotated[list[str] | None, typer.Option(help="One of memory, journal, sqlite; repeatable.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Repetitions.")] = 1,
    concurrent: Annotated[int, typer.Option(min=1, help="Parallel trials.")] = 2,
    output: OutputFile = None,
) -> None:
    """Print milliseconds per trial, from the end of the first trial to the end of the last, without the start of Ray.

    The driver's own work (its processor time) hardly depends on what else the machine does.
    """
    sizes, storages = trials or [200, 1000], storage or list(STORAGES)
    rows: list[dict[str, Any]] = []
    with local_cluster(Placement(cpus=concurrent, gpus=0, concurrent=concurrent)):
        for turn in range(rounds):
            for kind in storages:
                for size in sizes:
                    for way in WAYS:
                        rows.append({"round": turn, "storage": kind, "trials": size, "way": way})
                        rows[-1] |= measure(way, kind, size, concurrent)
                        print(rows[-1], flush=True)
    write_json(output, {"rows": rows})
    for title, key in (("milliseconds a trial", "seconds_per_trial"), ("of these, the driver's own", "work_per_trial")):
        console().print(_table(rows, storages, sizes, title, key))


def search_config(trials: int) -> SearchConfig:
    """The settings of a search with a number of trials."""
    return SearchConfig(
        preset="cpu",
        trial=PRESETS["cpu"].trial,
        trials=trials,
        space_file=str(SPACE),
        space=Space.read(SPACE),
        select_by=TARGET,
    )


def measure(way: str, kind: str, size: int, concurrent: int) -> dict[str, float]:
    """Run trials in one of the ways, and return seconds per trial; see `main`. A local cluster is running."""
    config = search_config(size)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        own = way == "ours" and kind == "journal"
        storage = Journal(Path(folder) / "study") if own else STORAGES[kind](Path(folder))
        ends = WAYS[way](config, storage, Path(folder), concurrent)
        end = time.perf_counter()
    assert len(ends) == size
    first, last = ends[0], ends[-1]
    return {
        "start": first.clock - start,
        "seconds_per_trial": (last.clock - first.clock) / (size - 1),
        "work_per_trial": (last.work - first.work) / (size - 1),
        "end": end - last.clock,
    }


def _table(rows: list[dict[str, Any]], storages: list[str], sizes: list[int], title: str, key: str) -> Table:
    """Medians over rounds."""
    growth = (f"{way}, × {min(sizes)} trials" for way in WAYS)
    table = empty_table(title, ("storage", "trials", *WAYS, "ours / plain", *growth))

    def milliseconds(kind: str, size: int, way: str) -> float:
        wanted = {"storage": kind, "trials": size, "way": way}
        return 1e3 * median(  # type: ignore[no-any-return]
            row[key] for row in rows if wanted.items() <= row.items()
        )

    for kind in storages:
        for size in sizes:
            each = {way: milliseconds(kind, size, way) for way in WAYS}
            table.add_row(
                kind,
                str(size),
                *(f"{value:.1f}" for value in each.values()),
                f"{each['ours'] / each['plain Tuner']:.2f}",
                *(f"{value / milliseconds(kind, min(sizes), way):.2f}" for way, value in each.items()),
            )
    return table


if __name__ == "__main__":
    run_script(main)
