"""How Ray Tune is set up, without Ray running."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from contexts import make_context
from ray import tune
from ray.tune.schedulers import FIFOScheduler

from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.context import SearchContext
from lstnet_search.tuning.protocol import SCORE
from lstnet_search.tuning.schedulers.retry_on_oom import RetryOnWholeGpu
from lstnet_search.tuning.schedulers.stop_on_request import StopOnRequest
from lstnet_search.tuning.tuner import PROCESS_RETRIES, make_tuner


class Searcher:
    """Keeps the condition on which it holds trials back."""

    held: Callable[[], bool] | None = None
    asked_to_stop: frozenset[int] = frozenset()

    def hold_while(self, held: Callable[[], bool]) -> None:
        self.held = held


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The arguments that the tuner is made with."""
    known: dict[str, Any] = {}
    monkeypatch.setattr(tune, "with_parameters", lambda trainable, **parameters: known.update(parameters) or trainable)
    monkeypatch.setattr(
        tune,
        "with_resources",
        lambda trainable, resources: known.update(resources=resources) or type("Wrapped", (), {}),
    )
    monkeypatch.setattr(tune, "Tuner", lambda trainable, **configs: known.update(configs, trainable=trainable))
    return known


def made(context: SearchContext[Any], searcher: Any = None) -> FIFOScheduler:
    scheduler = FIFOScheduler()
    make_tuner(context, searcher or Searcher(), scheduler, [], 7)
    return scheduler


def test_a_search_keeps_the_best_checkpoint_of_a_trial_and_retries_its_process(
    tmp_path: Path, given: dict[str, Any]
) -> None:
    context, _ = make_context(tmp_path)
    (context.folder.tune / "run_001").mkdir(parents=True)
    scheduler = made(context)
    search, run = given["tune_config"], given["run_config"]
    assert (search.num_samples, search.reuse_actors) == (7, True)
    assert isinstance(search.scheduler, StopOnRequest)
    assert search.scheduler._scheduler is scheduler
    assert (run.name, run.storage_path) == ("run_002", context.storage.tune)
    assert run.failure_config.max_failures == PROCESS_RETRIES
    checkpoints = run.checkpoint_config
    assert (checkpoints.num_to_keep, checkpoints.checkpoint_frequency) == (1, 1)
    assert (checkpoints.checkpoint_score_attribute, checkpoints.checkpoint_score_order) == (SCORE, "max")
    assert given["resources"] == {"cpu": 1, "gpu": 0}
    assert (given["metric"], given["threads"], given["retry_on_oom"]) == ("target_accuracy", 1, False)


@pytest.mark.parametrize(
    ("per_gpu", "scheduler", "retried"), [(2, "asha", True), (1, "asha", False), (2, "pbt", False)]
)
def test_trials_that_share_a_gpu_are_retried_on_a_whole_one_but_not_in_a_population(
    tmp_path: Path, given: dict[str, Any], per_gpu: int, scheduler: str, retried: bool
) -> None:
    context, _ = make_context(tmp_path, scheduler=scheduler)
    searcher = Searcher()
    made(replace(context, placement=Placement(cpus=2, gpus=1, concurrent=per_gpu, per_gpu=per_gpu)), searcher)
    assert given["retry_on_oom"] == retried
    assert isinstance(given["tune_config"].scheduler, RetryOnWholeGpu) == retried
    assert (searcher.held is not None) == retried


def test_rays_page_calls_a_process_a_trial(given: dict[str, Any], tmp_path: Path) -> None:
    context, _ = make_context(tmp_path)
    made(context)
    assert given["trainable"].__qualname__ == "Trial"
