"""Ray Tune set up for a search: reused processes, a checkpoint at every report, nothing printed."""

from collections.abc import Callable
from typing import Any

from ray import tune
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler

from lstnet_search.config.search import POPULATION_SCHEDULERS
from lstnet_search.tuning.context import SearchContext
from lstnet_search.tuning.protocol import NUMBER, SCORE
from lstnet_search.tuning.ray_patches.keep_last_checkpoints import keep_last_checkpoints
from lstnet_search.tuning.ray_patches.no_snapshots import without_snapshots
from lstnet_search.tuning.ray_patches.survive_oom_kill import survive_oom_kill
from lstnet_search.tuning.schedulers.retry_on_oom import RetryOnWholeGpu
from lstnet_search.tuning.schedulers.stop_on_request import StopOnRequest
from lstnet_search.tuning.study.searcher import StudySearch
from lstnet_search.tuning.trials.checkpoints import run_name, trial_folder
from lstnet_search.tuning.trials.trainable import Trainable

PROCESS_RETRIES = 3
ACTOR = "Trial"
"""What Ray's page calls the class of a trial's process."""


def make_tuner(
    context: SearchContext[Any],
    searcher: StudySearch,
    scheduler: TrialScheduler,
    callbacks: list[tune.Callback],
    trials: int,
    *,
    trainable: type[Trainable] = Trainable,
    on_retry: Callable[[int, str], None] = lambda number, what: None,
) -> tune.Tuner:
    """A tuner that runs a number of trials. `run_tuner` runs it.

    Where trials share a GPU, a trial that runs out of memory is retried on a whole GPU. In a population it is not: the
    other trials wait for it, in processes that keep their shares.

    Args:
        context: the run's context.
        searcher: proposes settings, and reports to the study.
        scheduler: stops trials, or changes their weights.
        callbacks: called at each event of a trial.
        trials: number of trials to run.
        trainable: what a trial runs.
        on_retry: called with a retried trial's number and what happened to it, as the predicate of a sentence.
    """
    config, placement = context.config, context.placement
    scheduler = StopOnRequest(scheduler, searcher.asked_to_stop)
    retry_on_oom = placement.per_gpu > 1 and config.scheduler not in POPULATION_SCHEDULERS
    if retry_on_oom:
        scheduler = retry = RetryOnWholeGpu(scheduler, placement.resources | {"gpu": 1.0}, on_retry)
        searcher.hold_while(lambda: retry.waiting)
    with_data = tune.with_parameters(
        trainable,
        prepared=context.data,
        direction=config.direction,
        metric=config.select_by,
        threads=placement.threads,
        deterministic=config.deterministic,
        storage=context.storage,
        retry_on_oom=retry_on_oom,
    )
    with_placement = tune.with_resources(with_data, placement.resources)
    with_placement.__qualname__ = ACTOR  # else Ray's page calls it with_resources.<locals>.ResourceTrainable
    return tune.Tuner(
        with_placement,
        tune_config=tune.TuneConfig(
            search_alg=searcher,
            scheduler=scheduler,
            num_samples=trials,
            reuse_actors=True,
            trial_dirname_creator=_trial_name,
            trial_name_creator=_trial_name,
        ),
        run_config=tune.RunConfig(
            name=run_name(context.storage),
            storage_path=context.storage.tune,
            storage_filesystem=context.storage.filesystem,
            callbacks=callbacks,
            failure_config=tune.FailureConfig(max_failures=PROCESS_RETRIES),
            checkpoint_config=tune.CheckpointConfig(
                checkpoint_frequency=1,
                num_to_keep=1,
                checkpoint_score_attribute=SCORE,
                checkpoint_score_order="max",
            ),
            verbose=0,
        ),
    )


def run_tuner(tuner: tune.Tuner) -> None:
    """Run a tuner's trials, with patches that a search of several days needs: Ray Tune has no settings for them."""
    with without_snapshots(), keep_last_checkpoints(), survive_oom_kill():
        tuner.fit()


def _trial_name(trial: Trial) -> str:
    return trial_folder(trial.config[NUMBER])
