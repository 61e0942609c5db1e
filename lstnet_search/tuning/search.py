"""A search from the first check to the exported winner."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any

from optuna.trial import FrozenTrial
from ray.tune import Callback
from rich.console import Console

from lstnet_search.config.metrics import accuracy_name, choose_metric
from lstnet_search.config.rungs import rungs_with
from lstnet_search.config.search import SearchConfig
from lstnet_search.domains import load_pair
from lstnet_search.errors import InputError
from lstnet_search.evaluation import Prepared, prepare
from lstnet_search.io.cache_dir import default_cache_dir
from lstnet_search.io.console import say as print_line
from lstnet_search.io.program import dashboard_command
from lstnet_search.results.folder.mirror import refuse_outdated
from lstnet_search.results.folder.provenance import provenance
from lstnet_search.results.folder.stop_requests import StopRequests
from lstnet_search.results.formatting import percent
from lstnet_search.results.screen.next_steps import headline
from lstnet_search.results.screen.progress import Progress
from lstnet_search.results.study.records import Exploit, TrialRecord
from lstnet_search.training import use_deterministic_kernels
from lstnet_search.tuning.cluster.cluster import refuse_job_folder
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.console.search_display import SearchDisplay
from lstnet_search.tuning.context import SearchContext
from lstnet_search.tuning.execution import (
    on_cluster,
    refuse_other_classifiers,
    refuse_other_data,
    refuse_placement,
    share_gpus,
    until_stopped,
)
from lstnet_search.tuning.failures.storage_errors import print_storage_problem, storage_problem
from lstnet_search.tuning.finish import finish_search, without_translation
from lstnet_search.tuning.monitoring.search_callback import SearchCallback
from lstnet_search.tuning.monitoring.trackers import make_trackers, refuse_trackers
from lstnet_search.tuning.probes.cost import estimate
from lstnet_search.tuning.run import Run
from lstnet_search.tuning.schedulers.asha import make_scheduler
from lstnet_search.tuning.schedulers.population import POPULATIONS
from lstnet_search.tuning.stop_request import StopRequest
from lstnet_search.tuning.study.objectives import objectives
from lstnet_search.tuning.study.rounds import RoundSearch
from lstnet_search.tuning.study.samplers import make_sampler, refuse_sampler
from lstnet_search.tuning.study.searcher import StudySearch
from lstnet_search.tuning.study.study import Study, truncate_incomplete_line
from lstnet_search.tuning.study.warm_start import warm_start_trials
from lstnet_search.tuning.trials.checkpoints import (
    checkpoint_at,
    delete_unrecorded_checkpoints,
    newest_checkpoint,
    refuse_other_versions,
)
from lstnet_search.tuning.trials.device import device_for
from lstnet_search.tuning.trials.kernels import kernels_of, remark_on_kernels
from lstnet_search.tuning.trials.retention import discardable_trials
from lstnet_search.tuning.tuner import make_tuner, run_tuner


def search(config: SearchConfig, run: Run, console: Console) -> int:
    """Search, print, and write the results folder.

    Returns:
        The exit code: 0 done, 1 if no trial is usable, 128 + signal after a signal.

    Raises:
        InputError: if an option, the data or the results folder cannot be used.
    """
    return until_stopped(run, console, partial(_search, config, run, console))


def _search(config: SearchConfig, run: Run, console: Console, stop_request: StopRequest) -> int:
    say = partial(print_line, console)
    _refuse_unusable(config, run)
    say(f"{run.folder.path.name} in a browser: {dashboard_command(run.folder.path)}")
    say(headline(config))
    storage = run.open_storage()
    if config.deterministic:
        use_deterministic_kernels()
    with ExitStack() as stack:
        with stop_request.interruptible():
            placement = stack.enter_context(on_cluster(run, config.trials, say))
            stop_request.handle_signals()
            cache = default_cache_dir("classifiers")
            prepared = prepare(config.trial, run.data_dir, device_for(placement.gpus), cache, say)
            metric = choose_metric(config.select_by, without_translation(config, prepared), config.trial.domains)
            config = config.model_copy(update={"select_by": metric})
            warm_start = warm_start_trials(config, run.folder, run.resume)
            placement = share_gpus(run.resources, config, prepared, placement, config.trials, say)
        if run.resume:
            refuse_other_classifiers(run.folder, prepared.classifier_digests)
        recorded = run.folder.read_search().kernels if run.resume else None
        if remark := remark_on_kernels(config, placement, recorded):
            say(remark)
        if not run.resume:
            run.folder.create(_search_file(config, run, placement, prepared))
        with run.folder.locked():
            StopRequests(storage).discard()
            run.folder.remove_abandoned()
            run.folder.update_search(config.model_dump(mode="json"))
            context = SearchContext(run, config, run.folder, storage, prepared, placement, console, stop_request)
            try:
                return _run_trials(context, warm_start)
            except Exception as error:
                why = storage_problem(error)
                if why is None:
                    raise
                return print_storage_problem(console, why, run.resume_command)


def _refuse_unusable(config: SearchConfig, run: Run) -> None:
    """Refuse options and data that cannot work, before the cluster starts and anything is trained.

    Raises:
        InputError: if there are any.
    """
    refuse_sampler(config)
    refuse_trackers(run.log)
    warm_start_trials(config, run.folder, run.resume)
    refuse_placement(run.resources, config.trials)
    if run.resume:
        trial = config.trial
        pair = load_pair(trial.domains, trial.data, run.data_dir, "train", trial.reading)
        refuse_other_data(run.folder, pair.fingerprint, "--data-dir, --bundled or --domains")
    else:
        run.folder.refuse_existing()
    if run.storage is None:
        refuse_job_folder(run.folder.path)
    elif run.resume:
        refuse_outdated(run.folder, run.open_storage())
    elif run.open_storage().exists():
        raise InputError(
            f"--storage {run.storage} has a {run.folder.path.name} already; choose another --name, "
            "or resume it with --resume"
        )


def _search_file(config: SearchConfig, run: Run, placement: Placement, prepared: Prepared) -> dict[str, Any]:
    return {
        "command": run.command,
        "search": config.model_dump(mode="json"),
        "storage": run.storage,
        "data_dir": str(run.data_dir.resolve()),
        "data_fingerprint": prepared.fingerprint,
        "classifiers": prepared.classifier_digests,
        "no_translation_baseline": prepared.baseline,
        "validation_images": prepared.validation_images,
        "placement": placement.resources | {"concurrent": placement.concurrent},
        "kernels": kernels_of(config, placement),
    } | provenance()


def _run_trials(context: SearchContext[Prepared], warm_start: list[FrozenTrial]) -> int:
    """Run the remaining trials, and finish the search.

    Args:
        context: the run's context; its results folder is locked.
        warm_start: trials of another search that the study of a new search begins with.

    Returns:
        The exit code.
    """
    config, folder, placement = context.config, context.folder, context.placement
    maximised = objectives(config, context.metric)
    truncate_incomplete_line(folder.study_file)
    study = Study(folder.study_file, objectives=len(maximised))
    study.add_warm_start(warm_start)
    earlier = study.records()
    study.study.sampler = make_sampler(config, len(earlier))
    progress = Progress(
        config.trial.steps,
        config.trials,
        placement.concurrent,
        rungs_with(config.scheduler, config.trial.steps),
        repeats=config.seeds > 1,
    )
    display = SearchDisplay(
        context.console,
        context.data.directions,
        progress,
        context.metric,
        paper=config.trial.weights == config.trial.published_weights(),
    )
    if warm_start:
        display.say(
            f"the sampler starts with {len(warm_start)} completed trials of {config.warm_start} that lie in this space"
        )
    points = config.space.points
    if points is not None and points < config.trials:
        again = "" if config.seeds == 1 else f", each trained with up to {config.seeds} seeds"
        display.say(f"this space has {points} points{again}; the search ends when all have been tried")
    left = config.trials - sum(record.state != "RUNNING" for record in earlier)
    asked_to_stop: set[int] = set()
    callback = SearchCallback(
        context,
        study,
        display,
        discardable=partial(discardable_trials, metric=context.metric, objectives=maximised),
        asked_to_stop=asked_to_stop,
    )
    callback.mirror()  # an incomplete last line may have been removed from the study: the copy must not be ahead of it
    if left > 0:
        display.say(estimate(config, context.data, placement, left, earlier))
        display.say(f"to beat, without translation: {_baseline(context.data)}")
    if left > 0 and not context.stop_request.due:
        callback.start(earlier)
        try:
            trackers = make_trackers(context.run.log, folder, display.say)
            searcher = _tune(context, study, earlier, [callback, *trackers], display, left, asked_to_stop)
        finally:
            callback.stop()
        if searcher.ended_early:
            display.say(
                f"{searcher.ended_early}: the search ends after {len(study.records())} of {config.trials} trials"
            )
        if searcher.gave_up:
            return max(1, finish_search(context, display, callback))
        if searcher.ended_early:
            context = replace(context, config=config.ended_after(len(study.records())))
            folder.update_search(context.config.model_dump(mode="json"))
    return finish_search(context, display, callback)


def _baseline(prepared: Prepared) -> str:
    return "  ".join(f"{name} {percent(prepared.baseline.get(accuracy_name(name)))}" for name in prepared.directions)


def _tune(
    context: SearchContext[Prepared],
    study: Study,
    earlier: list[TrialRecord],
    callbacks: list[Callback],
    display: SearchDisplay,
    left: int,
    asked_to_stop: set[int],
) -> StudySearch:
    config, storage, concurrent = context.config, context.storage, context.placement.concurrent
    population = POPULATIONS.get(config.scheduler)
    refuse_other_versions(storage, earlier)
    delete_unrecorded_checkpoints(storage, earlier)
    searcher = _searcher_class(context)(
        study,
        config.space,
        config.trial,
        metric=context.metric,
        seed=config.seed,
        trials=config.trials,
        max_concurrent=concurrent if population is None else config.trials,
        last_checkpoint=partial(newest_checkpoint, storage),
        objectives=objectives(config, context.metric),
        seeds=config.seeds,
        asked_to_stop=asked_to_stop,
        starts=[(config.draw_of_point(point, "a point"), point) for point in config.points],
        # Ray keeps the processes of paused trials only while more trials may follow.
        keep_asking=population is not None,
    )

    def on_exploit(trial_id: str, number: int, exploit: Exploit) -> None:
        searcher.on_exploit(trial_id, exploit)
        display.exploited(number, exploit)

    scheduler = (
        make_scheduler(config, earlier, context.metric)
        if population is None
        else population(config, earlier, context.metric, on_exploit, concurrent)
    )
    trials = left if population is None else left + 1  # with `keep_asking` Ray asks for one more until the end
    run_tuner(make_tuner(context, searcher, scheduler, callbacks, trials, on_retry=display.say_of))
    return searcher


def _searcher_class(context: SearchContext[Prepared]) -> Callable[..., StudySearch]:
    config = context.config
    if not config.deterministic:
        return StudySearch
    return partial(
        RoundSearch,
        make_sampler=partial(make_sampler, config),
        trained=lambda number: checkpoint_at(context.storage, number, config.trial.steps) is not None,
    )
