"""A search from the first check to the exported winner."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from optuna.trial import FrozenTrial
from ray.tune import Callback
from rich.console import Console

from lstnet_search.config.metrics import accuracy_name, choose_metric
from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError
from lstnet_search.evaluation import Prepared, default_cache_dir, prepare
from lstnet_search.results.folder.mirror import refuse_older
from lstnet_search.results.folder.provenance import provenance
from lstnet_search.results.formatting import percent
from lstnet_search.results.study.records import Exploit, TrialRecord
from lstnet_search.training import use_deterministic_kernels
from lstnet_search.tuning.cluster.cluster import refuse_lost
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.console.search_display import Display
from lstnet_search.tuning.execution import Run, refuse_other_data, until_stopped
from lstnet_search.tuning.failures.storage_errors import no_writes
from lstnet_search.tuning.finish import Conclusion, without_translation
from lstnet_search.tuning.monitoring.prometheus import Metrics
from lstnet_search.tuning.monitoring.search_callback import Watch
from lstnet_search.tuning.monitoring.stop_request import Stopping
from lstnet_search.tuning.monitoring.trackers import make_trackers, refuse_trackers
from lstnet_search.tuning.monitoring.watchdog import Vigil
from lstnet_search.tuning.probes.cost import estimate
from lstnet_search.tuning.schedulers.asha import make_scheduler
from lstnet_search.tuning.schedulers.population import POPULATIONS
from lstnet_search.tuning.study.objectives import objectives
from lstnet_search.tuning.study.rounds import RoundSearch
from lstnet_search.tuning.study.samplers import make_sampler, refuse_sampler
from lstnet_search.tuning.study.searcher import StudySearch
from lstnet_search.tuning.study.study import Study, mend
from lstnet_search.tuning.study.warm_start import trials_to_know
from lstnet_search.tuning.trials.checkpoints import (
    checkpoint_at,
    drop_unnoted,
    newest_checkpoint,
    refuse_other_versions,
)
from lstnet_search.tuning.trials.device import device_for
from lstnet_search.tuning.trials.retention import superfluous
from lstnet_search.tuning.tuner import fit, make_tuner


def search(config: SearchConfig, run: Run, console: Console) -> int:
    """Search, print, and write the results folder.

    Returns:
        The exit code: 0 done, 1 without a single usable trial, 128 + signal after one.

    Raises:
        InputError: before anything is trained or written.
    """
    return until_stopped(run, console, partial(_search, config, run, console))


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
