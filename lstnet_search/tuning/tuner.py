"""Ray Tune set up for a search: reused actors, checkpoints at every report, nothing printed."""

from collections.abc import Callable

from ray import tune
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler

from lstnet_search.config.search import POPULATION_SCHEDULERS, SearchConfig
from lstnet_search.evaluation import Prepared, WholeSets
from lstnet_search.results.folder.storage import Storage
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.protocol import NUMBER, SCORE
from lstnet_search.tuning.ray_patches.keep_last_checkpoints import spare_checkpoints
from lstnet_search.tuning.ray_patches.no_snapshots import without_snapshots
from lstnet_search.tuning.ray_patches.survive_oom_kill import low_memory_survived
from lstnet_search.tuning.schedulers.retry_on_oom import SecondTryAlone
from lstnet_search.tuning.study.searcher import StudySearch
from lstnet_search.tuning.trials.checkpoints import run_name, trial_folder
from lstnet_search.tuning.trials.trainable import Trainable

PROCESS_RETRIES = 3


def make_tuner(
    search: SearchConfig,
    searcher: StudySearch,
    scheduler: TrialScheduler,
    callbacks: list[tune.Callback],
    prepared: Prepared | WholeSets,
    placement: Placement,
    storage: Storage,
    trials: int,
    trainable: type[Trainable] = Trainable,
    tell: Callable[[int, str], None] = lambda number, what: None,
) -> tune.Tuner:
    """A tuner that runs a number of trials; `fit` runs it.

    Where trials share a GPU, one that runs out of memory is tried again alone, and `tell` gets its number and that.
    Not in a population: there the others wait for it, in processes that keep their shares.
    """
    second_try = placement.per_gpu > 1 and search.scheduler not in POPULATION_SCHEDULERS
    if second_try:
        scheduler = SecondTryAlone(scheduler, placement.resources | {"gpu": 1.0}, tell)
        searcher.hold_while(lambda: scheduler.waiting)
    with_data = tune.with_parameters(
        trainable,
        prepared=prepared,
        direction=search.direction,
        metric=search.select_by,
        threads=placement.threads,
        repeats=search.repeats,
        deterministic=search.deterministic,
        storage=storage,
        second_try=second_try,
    )
    return tune.Tuner(
        tune.with_resources(with_data, placement.resources),
        tune_config=tune.TuneConfig(
            search_alg=searcher,
            scheduler=scheduler,
            num_samples=trials,
            reuse_actors=True,
            trial_dirname_creator=_trial_name,
            trial_name_creator=_trial_name,
        ),
        run_config=tune.RunConfig(
            name=run_name(storage),
            storage_path=storage.tune,
            storage_filesystem=storage.filesystem,
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


def fit(tuner: tune.Tuner) -> None:
    """Run a tuner's trials, with what a search of days takes that no setting of Ray Tune's says."""
    with without_snapshots(), spare_checkpoints(), low_memory_survived():
        tuner.fit()


def _trial_name(trial: Trial) -> str:
    return trial_folder(trial.config[NUMBER])
