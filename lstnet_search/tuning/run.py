"""A search from the first check to the exported winner."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial
from ray.tune import Callback
from rich.console import Console

from lstnet_search.config import InputError
from lstnet_search.config.metrics import accuracy_name, choose_metric
from lstnet_search.config.search import SearchConfig, TrackerName
from lstnet_search.evaluation import Prepared, WholeSets, default_cache_dir, prepare
from lstnet_search.results.folder import ResultsFolder
from lstnet_search.results.mirror import refuse_older
from lstnet_search.results.provenance import provenance
from lstnet_search.results.records import Exploit, TrialRecord
from lstnet_search.results.storage import Storage
from lstnet_search.results.text import percent
from lstnet_search.training import use_deterministic_kernels
from lstnet_search.tuning.checkpoints import checkpoint_at, drop_unnoted, newest_checkpoint, refuse_other_versions
from lstnet_search.tuning.cluster import Wanted, address_of, cluster, refuse_lost
from lstnet_search.tuning.conclusion import Conclusion, without_translation
from lstnet_search.tuning.device import device_for
from lstnet_search.tuning.disk import no_writes
from lstnet_search.tuning.display import Display
from lstnet_search.tuning.kept import superfluous
from lstnet_search.tuning.metrics import Metrics
from lstnet_search.tuning.objectives import objectives
from lstnet_search.tuning.population import POPULATIONS
from lstnet_search.tuning.probe import estimate
from lstnet_search.tuning.ray_dashboard import dashboard_lines
from lstnet_search.tuning.resources import Placement
from lstnet_search.tuning.rounds import RoundSearch
from lstnet_search.tuning.samplers import make_sampler, refuse_sampler
from lstnet_search.tuning.scheduler import make_scheduler
from lstnet_search.tuning.searcher import StudySearch
from lstnet_search.tuning.sharing_probe import share_gpus
from lstnet_search.tuning.stopping import Stopping
from lstnet_search.tuning.study import Study, mend
from lstnet_search.tuning.tracking import make_trackers, refuse_trackers
from lstnet_search.tuning.tuner import fit, make_tuner
from lstnet_search.tuning.vigil import Vigil
from lstnet_search.tuning.warm_start import trials_to_know
from lstnet_search.tuning.watch import Watch


@dataclass(frozen=True)
class Run:
    """Where one run of a search happens, and for how long.

    Attributes:
        folder: of the results.
        resume: go on with what the folder holds.
        cpus: to use at most; None for all.
        gpus: to use at most; None for all.
        simulated_gpus: GPUs to pretend, for trying placement out.
        max_concurrent: trials at once at most; None for as many as find a place.
        per_gpu: trials that may share a GPU; None for as many as a probe says.
        address: of a running cluster; None for what RAY_ADDRESS says, else one of this machine.
        storage: URI of a place that every node reaches, as `results.storage.written` gives it; None for the folder.
        time_budget: seconds after which the search stops; None for no bound.
        trial_timeout: seconds without a report after which a trial's process is killed; None for what is usual for it.
        data_dir: of full data sets.
        command: as it was typed.
        log: where reports are written besides.
    """

    folder: ResultsFolder
    resume: bool = False
    cpus: int | None = None
    gpus: int | None = None
    simulated_gpus: int | None = None
    max_concurrent: int | None = None
    per_gpu: int | None = 1
    address: str | None = None
    storage: str | None = None
    time_budget: float | None = None
    trial_timeout: float | None = None
    data_dir: Path = Path("data")
    command: str = ""
    log: tuple[TrackerName, ...] = ()

    @property
    def going_on(self) -> str:
        """The command that goes on with the search as this run did, but for a time budget, which is spent."""
        share = "auto" if self.per_gpu is None else f"{1 / self.per_gpu:.3g}"
        options = {
            "--address": self.address,
            "--cpus": self.cpus,
            "--gpus": self.gpus,
            "--gpus-per-trial": None if self.per_gpu == 1 else share,
            "--max-concurrent": self.max_concurrent,
            "--simulate-gpus": self.simulated_gpus,
            "--trial-timeout": None if self.trial_timeout is None else f"{self.trial_timeout:.12g}s",
        }
        given = [(option, str(value)) for option, value in options.items() if value is not None]
        given += [("--log", name) for name in self.log]
        return self.folder.going_on(*(word for pair in given for word in pair))

    def stored(self) -> Storage:
        """Where Ray's state and checkpoints are, and the copy of the results folder.

        Raises:
            InputError: if there is no such place.
        """
        if self.storage is None:
            return Storage.local(self.folder.path)
        return Storage.at(self.storage, self.folder.path.name)

    def refuse_placement(self, trials: int) -> None:
        """Refuse what this machine has no room for, before anything is read; of a cluster that is not known yet.

        Raises:
            InputError: as `place`.
        """
        if address_of(self.address) is None:
            self._wanted(trials).placed_here()

    @contextmanager
    def on_cluster(self, trials: int, say: Callable[[str], None]) -> Iterator[Placement]:
        """Start or join the cluster, and say where its dashboard is.

        Raises:
            InputError: if it has no room for what is asked for, or cannot be used.
        """
        storage = None if self.storage is None else self.stored()
        with cluster(address_of(self.address), self._wanted(trials), storage) as (placement, dashboard):
            for line in dashboard_lines(dashboard, os.environ):
                say(line)
            yield placement

    def share_gpus(
        self,
        search: SearchConfig,
        prepared: Prepared | WholeSets,
        placement: Placement,
        trials: int,
        say: Callable[[str], None],
    ) -> Placement:
        """The placement with as many trials on a GPU as a probe says, where it is left to that."""
        if self.per_gpu is not None or not placement.gpus:
            return placement
        return share_gpus(search, prepared, placement, self._wanted(trials), say)

    def _wanted(self, trials: int) -> Wanted:
        return Wanted(self.cpus, self.gpus, trials, self.max_concurrent, self.simulated_gpus, self.per_gpu or 1)


def search(config: SearchConfig, run: Run, console: Console) -> int:
    """Search, print, and write the results folder.

    Returns:
        The exit code: 0 done, 1 without a single usable trial, 128 + signal after one.

    Raises:
        InputError: before anything is trained or written.
    """
    return until_stopped(run, console, partial(_search, config, run, console))


def until_stopped(run: Run, console: Console, command: Callable[[Stopping], int]) -> int:
    """Run a command from its start within the time budget, and say so where it stopped before its first training.

    Returns:
        The command's exit code; 128 + signal, or 0 after the time budget, where it stopped so early.
    """
    with Stopping(run.time_budget) as stopping:
        try:
            return command(stopping)
        except KeyboardInterrupt:
            if not stopping.broken_off:
                raise
            why = "the time budget is over" if stopping.signal is None else f"stopped by {stopping.signal.name}"
            line = f"{why} before the first training; nothing was lost; begin again with: {run.command}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)
            return stopping.exit_code


def _search(config: SearchConfig, run: Run, console: Console, stopping: Stopping) -> int:
    def say(line: str) -> None:
        console.print(line, markup=False, highlight=False)

    refuse_sampler(config)
    refuse_trackers(run.log)
    trials_to_know(config, run.folder, run.resume)  # refused, if they are, before any data are read
    run.refuse_placement(config.trials)
    if not run.resume:
        run.folder.refuse_existing()
    if run.storage is None:
        refuse_lost(run.folder.path)
    elif run.resume:
        refuse_older(run.folder, run.stored())
    elif run.stored().exists():
        raise InputError(
            f"--storage {run.storage} has a {run.folder.path.name} already; choose another --name, "
            "or go on with it by --resume"
        )
    if config.deterministic:
        use_deterministic_kernels()
    with ExitStack() as stack:
        with stopping.breaking_off():
            placement = stack.enter_context(run.on_cluster(config.trials, say))
            stopping.handle()
            prepared = prepare(config.trial, run.data_dir, device_for(placement.gpus), default_cache_dir(), say)
            metric = choose_metric(config.select_by, without_translation(config, prepared), config.trial.domains)
            config = config.model_copy(update={"select_by": metric})
            others = trials_to_know(config, run.folder, run.resume)
            placement = run.share_gpus(config, prepared, placement, config.trials, say)
        if run.resume:
            refuse_other_data(run.folder, prepared.fingerprint, "--data-dir or --bundled")
        else:
            run.folder.create(_search_file(config, run, placement, prepared))
        with run.folder.held():
            run.folder.remove_abandoned()
            run.folder.record_search(config.model_dump(mode="json"))
            return _Search(config, run, prepared, placement, console, metric, stopping).finish(others)


class _Search:
    """One run of a search on a running cluster, its results folder held."""

    def __init__(
        self,
        config: SearchConfig,
        run: Run,
        prepared: Prepared,
        placement: Placement,
        console: Console,
        metric: str,
        stopping: Stopping,
    ) -> None:
        self.config = config
        self.run = run
        self.folder = run.folder
        self.storage = run.stored()
        self.prepared = prepared
        self.placement = placement
        self.console = console
        self.metric = metric
        self.stopping = stopping
        self.conclusion = Conclusion(config, run.folder, run.going_on, self.storage, prepared, console, metric)

    def finish(self, others: list[FrozenTrial]) -> int:
        """Run the trials that are left, knowing others that another search made, and conclude."""
        try:
            return self._finish(others)
        except Exception as error:
            why = no_writes(error)
            if why is None:
                raise
            return self.conclusion.say_no_writes(why)

    def _finish(self, others: list[FrozenTrial]) -> int:
        config, folder = self.config, self.folder
        mend(folder.study_file)
        study = Study(folder.study_file, objectives=len(objectives(config, self.metric)))
        study.know(others)
        earlier = study.records()
        study.study.sampler = make_sampler(config, len(earlier))
        display = Display(
            self.console,
            self.prepared.directions,
            config.trial.steps,
            config.trials,
            self.placement.concurrent,
            self.metric,
        )
        if others:
            display.say(f"{len(others)} completed trials of {config.warm_start} lie in the space and are known")
        left = config.trials - sum(record.state != "RUNNING" for record in earlier)
        metrics = Metrics(folder.path.name, self.metric, self.prepared.directions)
        vigil = Vigil(display.name, self.run.trial_timeout)
        watch = Watch(
            folder,
            study,
            display,
            self.stopping,
            self.metric,
            metrics,
            vigil,
            storage=self.storage,
            superfluous=partial(superfluous, metric=self.metric, objectives=objectives(config, self.metric)),
        )
        watch.mirror()  # the study may have been mended: its copy is not to be further than it
        if left > 0:
            self._say_estimate(display, left, earlier)
        if left > 0 and not self.stopping.due:
            display.start(earlier)
            metrics.know(earlier)
            try:
                trackers = make_trackers(self.run.log, folder, display.say)
                self._tune(study, earlier, [watch, *trackers], display, left)
            finally:
                display.stop()
                watch.write()
        return self.conclusion.conclude(display, watch, self.stopping)

    def _tune(
        self, study: Study, earlier: list[TrialRecord], callbacks: list[Callback], display: Display, left: int
    ) -> None:
        config = self.config
        population = POPULATIONS.get(config.scheduler)
        refuse_other_versions(self.storage, earlier)
        drop_unnoted(self.storage, earlier)
        searcher = self._searcher_class()(
            study,
            config.space,
            config.trial,
            metric=self.metric,
            seed=config.seed,
            trials=config.trials,
            max_concurrent=self.placement.concurrent if population is None else config.trials,
            last_checkpoint=partial(newest_checkpoint, self.storage),
            objectives=objectives(config, self.metric),
            starts=[(config.start(point, "a point"), point) for point in config.points],
            # Ray keeps the processes of paused trials only where other trials may be to come.
            keep_asking=population is not None,
        )

        def note(trial_id: str, number: int, exploit: Exploit) -> None:
            searcher.on_exploit(trial_id, exploit)
            display.took_over(number, exploit)

        scheduler = (
            make_scheduler(config, earlier, self.metric)
            if population is None
            else population(config, earlier, self.metric, note, self.placement.concurrent)
        )
        asked = left if population is None else left + 1  # and one more is asked for until the end
        tuner = make_tuner(
            config,
            searcher,
            scheduler,
            callbacks,
            self.prepared,
            self.placement,
            self.storage,
            asked,
            tell=display.tell,
        )
        fit(tuner)

    def _searcher_class(self) -> Callable[..., StudySearch]:
        if not self.config.deterministic:
            return StudySearch
        steps = self.config.trial.steps
        return partial(
            RoundSearch,
            make_sampler=partial(make_sampler, self.config),
            trained=lambda number: checkpoint_at(self.storage, number, steps) is not None,
        )

    def _say_estimate(self, display: Display, left: int, earlier: list[TrialRecord]) -> None:
        """Say how long it takes, how much it writes, and what is to be beaten."""
        display.say(estimate(self.config, self.prepared, self.placement, left, earlier))
        baseline = "  ".join(
            f"{name} {percent(self.prepared.baseline.get(accuracy_name(name)))}" for name in self.prepared.directions
        )
        display.say(f"without translation: {baseline}")


def _search_file(config: SearchConfig, run: Run, placement: Placement, prepared: Prepared) -> dict[str, Any]:
    return {
        "command": run.command,
        "search": config.model_dump(mode="json"),
        "storage": run.storage,
        "data_dir": str(run.data_dir.resolve()),
        "data_fingerprint": prepared.fingerprint,
        "no_translation_baseline": prepared.baseline,
        "placement": placement.resources | {"concurrent": placement.concurrent},
    } | provenance()


def refuse_other_data(folder: ResultsFolder, fingerprint: str, options: str) -> None:
    """Refuse to go on with other data than a search was begun on.

    Raises:
        InputError: naming the options that choose them.
    """
    recorded = folder.read_search()["data_fingerprint"]
    if recorded != fingerprint:
        raise InputError(
            f"{folder.path} was begun on data of fingerprint {recorded}, this is {fingerprint}; "
            f"give the same data by {options}"
        )
