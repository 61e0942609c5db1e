"""A search from the first check to the exported winner."""

import os
from dataclasses import dataclass
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
from lstnet_search.results.provenance import provenance
from lstnet_search.results.records import Exploit, ReportRecord, TrialRecord, ranked
from lstnet_search.results.text import percent, shown
from lstnet_search.results.winner import write_winner
from lstnet_search.tuning.checkpoints import checkpoint_at, drop_unnoted, newest_checkpoint
from lstnet_search.tuning.cluster import local_cluster, local_machine
from lstnet_search.tuning.comparison import comparison
from lstnet_search.tuning.display import Display, summary
from lstnet_search.tuning.metrics import Metrics
from lstnet_search.tuning.objectives import objectives
from lstnet_search.tuning.population import POPULATIONS
from lstnet_search.tuning.probe import estimate
from lstnet_search.tuning.ray_dashboard import dashboard_lines
from lstnet_search.tuning.resources import Placement, place
from lstnet_search.tuning.samplers import make_sampler, refuse_sampler
from lstnet_search.tuning.scheduler import make_scheduler
from lstnet_search.tuning.searcher import StudySearch
from lstnet_search.tuning.snapshots import without_snapshots
from lstnet_search.tuning.stopping import Stopping
from lstnet_search.tuning.study import Study
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
        time_budget: seconds after which the search stops; None for no bound.
        data_dir: of full data sets.
        command: as it was typed.
        log: where reports are written besides.
    """

    folder: ResultsFolder
    resume: bool = False
    cpus: int | None = None
    gpus: int | None = None
    simulated_gpus: int | None = None
    time_budget: float | None = None
    data_dir: Path = Path("data")
    command: str = ""
    log: tuple[TrackerName, ...] = ()


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
    placement = place(local_machine(run.simulated_gpus), run.cpus, run.gpus, config.trials)
    if not run.resume:
        run.folder.refuse_existing()
    with local_cluster(placement) as address:
        for line in dashboard_lines(address, os.environ):
            say(line)
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
        self.prepared = prepared
        self.placement = placement
        self.console = console
        self.metric = metric

    def finish(self, others: list[FrozenTrial]) -> int:
        """Run the trials that are left, knowing others that another search made, and conclude."""
        config, folder = self.config, self.folder
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
            vigil = Vigil(self.placement.resources)
            watch = Watch(folder, study, display, stopping, self.metric, metrics, vigil)
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
            return self._conclude(display, watch.write(), stopping)

    def _tune(
        self, study: Study, earlier: list[TrialRecord], callbacks: list[Callback], display: Display, left: int
    ) -> None:
        config, folder = self.config, self.folder
        population = POPULATIONS.get(config.scheduler)
        drop_unnoted(folder.tune, earlier)
        searcher = StudySearch(
            study,
            config.space,
            config.trial,
            metric=self.metric,
            seed=config.seed,
            trials=config.trials,
            max_concurrent=self.placement.concurrent if population is None else config.trials,
            last_checkpoint=lambda number: newest_checkpoint(folder.tune, number),
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
        tuner = make_tuner(config, searcher, scheduler, callbacks, self.prepared, self.placement, folder.tune, asked)
        with without_snapshots():
            tuner.fit()

    def _say_estimate(self, display: Display, left: int) -> None:
        """Say how long it takes, how much it writes, and what is to be beaten."""
        display.say(estimate(self.config, self.prepared, self.placement, left))
        baseline = "  ".join(
            f"{name} {percent(self.prepared.baseline.get(accuracy_name(name)))}" for name in self.prepared.directions
        )
        display.say(f"without translation: {baseline}")

    def _conclude(self, display: Display, records: list[TrialRecord], stopping: Stopping) -> int:
        """Write the winner, print the table, and say what is left to do."""
        order = ranked(records, self.metric)
        if order:
            self._write_winner(display, order[0])
            self._print_table(records, _without_translation(self.config, self.prepared))
            self._warn_of_edges(display, order[0])
        unfinished = self.config.trials - sum(record.state != "RUNNING" for record in records)
        display.say(f"results: {self.folder.path}")
        if unfinished:
            display.say(
                f"{unfinished} of {self.config.trials} trials are unfinished; go on with: "
                f"python run_search.py --name {self.folder.path.name} --resume"
                + ("" if str(self.folder.path.parent) == "results" else f" --results-dir {self.folder.path.parent}")
            )
        if stopping.signal is not None:
            return stopping.exit_code
        if not order and not unfinished:
            display.say("no trial succeeded; the column 'error' of trials.parquet says why")
            return 1
        return 0

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
        checkpoint = checkpoint_at(self.folder.tune, best.number, report.step)
        if checkpoint is None:  # stopped between a report and its checkpoint
            display.say(f"the checkpoint of trial {best.number} at step {report.step} is missing: no model written")
            return
        config = TrialConfig.parse(best.settings, f"trial {best.number}")
        round_trips = write_winner(
            config,
            report,
            checkpoint,
            self.prepared,
            config_file=self.folder.best_config_file,
            model=self.folder.best_model,
            pictures=self.folder.translations_file,
            remarks=self._remarks(best, report, config),
        )
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
