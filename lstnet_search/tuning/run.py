"""A search from the first check to the exported winner."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from optuna.trial import FrozenTrial
from ray.tune import Callback
from rich.console import Console

from lstnet_search.config import InputError, TrialConfig
from lstnet_search.config.metrics import accuracy_name, choose_metric
from lstnet_search.config.search import SearchConfig, TrackerName
from lstnet_search.evaluation import Prepared, default_cache_dir, prepare, searched_means
from lstnet_search.results.folder import ResultsFolder
from lstnet_search.results.front import front
from lstnet_search.results.mirror import refuse_older
from lstnet_search.results.provenance import provenance
from lstnet_search.results.records import Exploit, ReportRecord, TrialRecord, ranked
from lstnet_search.results.storage import Storage
from lstnet_search.results.text import percent, shown
from lstnet_search.results.winner import write_winner
from lstnet_search.tuning.checkpoints import checkpoint_at, drop_unnoted, newest_checkpoint
from lstnet_search.tuning.cluster import Wanted, address_of, cluster, refuse_lost
from lstnet_search.tuning.comparison import comparison
from lstnet_search.tuning.disk import disk_full
from lstnet_search.tuning.display import Display, summary
from lstnet_search.tuning.kept import superfluous
from lstnet_search.tuning.metrics import Metrics
from lstnet_search.tuning.objectives import objectives
from lstnet_search.tuning.patience import unwritable
from lstnet_search.tuning.population import POPULATIONS
from lstnet_search.tuning.probe import estimate
from lstnet_search.tuning.ray_dashboard import dashboard_lines
from lstnet_search.tuning.resources import Placement
from lstnet_search.tuning.samplers import make_sampler, refuse_sampler
from lstnet_search.tuning.scheduler import make_scheduler
from lstnet_search.tuning.searcher import StudySearch
from lstnet_search.tuning.snapshots import without_snapshots
from lstnet_search.tuning.spare import spare_checkpoints
from lstnet_search.tuning.stopping import Stopping
from lstnet_search.tuning.study import Study, mend
from lstnet_search.tuning.tracking import make_trackers, refuse_trackers
from lstnet_search.tuning.tuner import make_tuner
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
    address: str | None = None
    storage: str | None = None
    time_budget: float | None = None
    trial_timeout: float | None = None
    data_dir: Path = Path("data")
    command: str = ""
    log: tuple[TrackerName, ...] = ()

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

    def _wanted(self, trials: int) -> Wanted:
        return Wanted(self.cpus, self.gpus, trials, self.max_concurrent, self.simulated_gpus)


def search(config: SearchConfig, run: Run, console: Console) -> int:
    """Search, print, and write the results folder.

    Returns:
        The exit code: 0 done, 1 without a single usable trial, 128 + signal after one.

    Raises:
        InputError: before anything is trained or written.
    """

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
    with run.on_cluster(config.trials, say) as placement:
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        prepared = prepare(config.trial, run.data_dir, device, default_cache_dir(), say)
        metric = choose_metric(config.select_by, _without_translation(config, prepared), config.trial.domains)
        config = config.model_copy(update={"select_by": metric})
        others = trials_to_know(config, run.folder, run.resume)
        if run.resume:
            refuse_other_data(run.folder, prepared.fingerprint, "--data-dir or --bundled")
        else:
            run.folder.create(_search_file(config, run, placement, prepared))
        with run.folder.held():
            run.folder.record_search(config.model_dump(mode="json"))
            return _Search(config, run, prepared, placement, console, metric).finish(others)


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
    ) -> None:
        self.config = config
        self.run = run
        self.folder = run.folder
        self.storage = run.stored()
        self.prepared = prepared
        self.placement = placement
        self.console = console
        self.metric = metric

    def finish(self, others: list[FrozenTrial]) -> int:
        """Run the trials that are left, knowing others that another search made, and conclude."""
        try:
            return self._finish(others)
        except Exception as error:
            if disk_full(error):
                return self._say_no_writes("is full")
            if unwritable(error):
                return self._say_no_writes("takes no writes any more")
            raise

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
        with Stopping(self.run.time_budget) as stopping:
            metrics = Metrics(folder.path.name, self.metric, self.prepared.directions)
            vigil = Vigil(self.placement.resources, self.run.trial_timeout)
            watch = Watch(
                folder,
                study,
                display,
                stopping,
                self.metric,
                metrics,
                vigil,
                storage=self.storage,
                superfluous=partial(superfluous, metric=self.metric, objectives=objectives(config, self.metric)),
            )
            if left > 0:
                self._say_estimate(display, left)
                display.start(earlier)
                metrics.know(earlier)
                try:
                    trackers = make_trackers(self.run.log, folder, display.say)
                    self._tune(study, earlier, [watch, *trackers], display, left)
                finally:
                    display.stop()
                    watch.write()
            return self._conclude(display, watch, stopping)

    def _tune(
        self, study: Study, earlier: list[TrialRecord], callbacks: list[Callback], display: Display, left: int
    ) -> None:
        config = self.config
        population = POPULATIONS.get(config.scheduler)
        drop_unnoted(self.storage, earlier)
        searcher = StudySearch(
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
        tuner = make_tuner(config, searcher, scheduler, callbacks, self.prepared, self.placement, self.storage, asked)
        with without_snapshots(), spare_checkpoints():
            tuner.fit()

    def _say_estimate(self, display: Display, left: int) -> None:
        """Say how long it takes, how much it writes, and what is to be beaten."""
        display.say(estimate(self.config, self.prepared, self.placement, left))
        baseline = "  ".join(
            f"{name} {percent(self.prepared.baseline.get(accuracy_name(name)))}" for name in self.prepared.directions
        )
        display.say(f"without translation: {baseline}")

    def _conclude(self, display: Display, watch: Watch, stopping: Stopping) -> int:
        """Write the winner, print the table, and say what is left to do."""
        records = watch.write()
        order = ranked(records, self.metric)
        if order:
            self._write_winner(display, order[0])
            self._print_table(records, _without_translation(self.config, self.prepared))
            self._warn_of_edges(display, order[0])
        unfinished = self.config.trials - sum(record.state != "RUNNING" for record in records)
        mirrored = watch.mirror()
        display.say(f"results: {self.folder.path}")
        if unfinished:
            display.say(f"{unfinished} of {self.config.trials} trials are unfinished; go on with: {self._go_on()}")
        if not mirrored:
            display.say(
                f"error: the copy in --storage is not up to date, {self.folder.path} is; go on: {self._go_on()}"
            )
        if stopping.disk_full:
            return self._say_no_writes("is full")
        if stopping.signal is not None:
            return stopping.exit_code
        if not mirrored:
            return 1
        if not order and not unfinished:
            display.say("no trial succeeded; the column 'error' of trials.parquet says why")
            return 1
        return 0

    def _go_on(self) -> str:
        parent = self.folder.path.parent
        return f"python run_search.py --name {self.folder.path.name} --resume" + (
            "" if str(parent) == "results" else f" --results-dir {parent}"
        )

    def _say_no_writes(self, why: str) -> int:
        self.console.print(
            f"error: the disk {why}, here or where the checkpoints are; what was reported is kept; "
            f"mend that, then go on with: {self._go_on()}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
        return 1

    def _print_table(self, records: list[TrialRecord], baseline: dict[str, float]) -> None:
        directions = self.prepared.directions
        if not self.config.space.dimensions:
            points, repeats = self.config.points, self.config.repeats
            self.console.print(comparison(records, points, baseline, directions, self.metric, repeats))
            return
        title = "validation accuracy at each trial's best report"
        if self.config.repeats > 1:
            title += f", means over {self.config.repeats} seeds"
        self.console.print(summary(records, baseline, directions, self.metric, title=title))
        if self.config.direction == "pareto":
            best = front(records, self.metric, objectives(self.config, self.metric))
            title = "Pareto front: whatever is better than one of these one way is worse the other"
            self.console.print(summary(best, baseline, directions, self.metric, count=len(best), title=title))

    def _write_winner(self, display: Display, best: TrialRecord) -> None:
        report = best.best(self.metric)
        assert report is not None
        repeats = self.config.repeats
        checkpoint = checkpoint_at(self.storage, best.number, report.step)
        if checkpoint is None:  # stopped between a report and its checkpoint
            display.say(f"the checkpoint of trial {best.number} at step {report.step} is missing: no model written")
            return
        config = TrialConfig.parse(best.settings, f"trial {best.number}")
        try:
            with checkpoint.as_directory() as fetched:
                round_trips = write_winner(
                    config,
                    report,
                    Path(fetched),
                    self.prepared,
                    config_file=self.folder.best_config_file,
                    model=self.folder.best_model,
                    pictures=self.folder.translations_file,
                    remarks=self._remarks(best, report, config),
                )
        except InputError as error:  # it is damaged
            display.say(f"{error}: no model written")
            return
        labelled = ", ".join(
            f"{percent(share)} of {name.removeprefix('round_trip_accuracy_')}" for name, share in round_trips.items()
        )
        model = "" if repeats == 1 else f", whose model is that of the first of {repeats} seeds"
        back = f"; after a round trip {labelled} are labelled right" if round_trips else ""
        display.say(f"best: trial {best.number}{model}{back}")

    def _remarks(self, best: TrialRecord, report: ReportRecord, config: TrialConfig) -> list[str]:
        remarks = [
            f"trial {best.number} of search {self.folder.path.name}",
            f"best by {self.metric}: {shown(self.metric, report.metrics[self.metric])}",
        ]
        if self.config.repeats > 1:
            remarks.append(f"means over {self.config.repeats} seeds; settings, model and round trips are of the first")
        if config.schedule:
            steps = ", ".join(str(change.step) for change in config.schedule)
            remarks.append(f"weights change after step {steps}; seed and first weights are of the trial it began in")
        return remarks

    def _warn_of_edges(self, display: Display, best: TrialRecord) -> None:
        config = TrialConfig.parse(best.settings, f"trial {best.number}")
        settings = best.settings | config.weights_after(config.steps)
        values = self.config.space.values(settings)
        for name, edge in self.config.space.edges(settings).items():
            display.say(
                f"warning: the best {name}={values[name]:.4g} lies at the {edge} end of its range; "
                f"widen it in {self.config.space_file}"
            )


def _without_translation(config: SearchConfig, prepared: Prepared) -> dict[str, float]:
    """What plain resizing reaches, under all names that a trial can be ranked by."""
    return prepared.baseline | searched_means(prepared.baseline, prepared.searched(config.direction))


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
