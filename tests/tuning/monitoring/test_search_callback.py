"""What the driver writes and prints while trials run, on a real cluster."""

import errno
import io
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from contexts import make_context
from ray import cloudpickle, tune
from ray.train._internal.session import _TrainingResult
from ray.train._internal.storage import StorageContext
from ray.tune.experiment import Trial

from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.storage import Storage
from lstnet_search.results.screen.progress import Progress
from lstnet_search.tuning.console.search_display import SearchDisplay
from lstnet_search.tuning.failures.storage_errors import FULL, NO_WRITES, NOT_STORED
from lstnet_search.tuning.monitoring.search_callback import SearchCallback
from lstnet_search.tuning.protocol import CHECKPOINT, METRICS, NUMBER
from lstnet_search.tuning.ray_patches.no_snapshots import without_snapshots
from lstnet_search.tuning.stop_request import StopRequest
from lstnet_search.tuning.study.study import Study
from lstnet_search.tuning.trials.checkpoints import trial_folder

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("driver")]


def follow(path: Path, stop_request: StopRequest | None = None, **more: Any) -> tuple[SearchCallback, io.StringIO]:
    """The callback of a search in a new folder, and what it prints."""
    context, out = make_context(path, stop_request=stop_request, select_by="snd")
    context.folder.create({"search": {}})
    display = SearchDisplay(context.console, context.config.directions, Progress(10, 1, 1), "snd")
    return SearchCallback(context, Study(context.folder.study_file), display, **more), out


def test_tables_are_written_once_for_what_is_new(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path / "it")
    callback, _ = follow(folder.path)
    callback.write()  # as after a search that was killed before it wrote them
    folder.trials_file.unlink()
    callback.write()
    assert not folder.trials_file.exists()
    callback.on_trial_start(0, [], Trial("__fake", config={NUMBER: 0}, stub=True))
    callback.write()
    assert folder.trials_file.exists()


def test_checkpoints_are_looked_for_when_trials_have_become_discardable(tmp_path: Path) -> None:
    folder, discardable = ResultsFolder(tmp_path / "it"), {0}
    callback, _ = follow(folder.path, discardable=lambda records: set(discardable))
    first, second = (folder.tune / "run_001" / trial_folder(number) / "checkpoint_000000" for number in (0, 1))
    first.mkdir(parents=True)
    second.mkdir(parents=True)
    callback.write()
    assert not first.exists()
    first.mkdir()
    callback.write()
    assert first.exists(), "nothing has changed, so nothing was looked for"
    discardable.add(1)
    callback.write()
    assert not first.exists()
    assert not second.exists()


def test_checkpoints_that_cannot_be_deleted_are_reported_once_and_end_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(storage: Storage, numbers: set[int]) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("lstnet_search.tuning.monitoring.search_callback.delete_checkpoints", denied)
    discardable = {0}
    callback, out = follow(tmp_path / "it", discardable=lambda records: set(discardable))
    callback.write()
    discardable.add(1)
    callback.write()
    said = " ".join(out.getvalue().split())
    assert said == ("warning: checkpoints that nobody needs any more cannot be deleted: [Errno 13] Permission denied")


@pytest.mark.parametrize(
    ("failure", "why", "happened"),
    [
        ("[Errno 28] No space left on device", FULL, ""),
        ("OSError: [Errno 5] Input/output error", NO_WRITES, "failed (OSError: [Errno 5] Input/output error)"),
        (f"OSError: {NOT_STORED}: denied", NO_WRITES, f"failed (OSError: {NOT_STORED}: denied)"),
        ("The actor died unexpectedly before finishing this task.\n\tpid: 7", None, "died"),
        ("The actor died because of an error\nValueError: why", None, "failed (ValueError: why)"),
        (
            "2 worker(s) were killed due to the node running low on memory.\nmuch more",
            None,
            "was killed because its node is low on memory; --max-concurrent runs fewer trials at once",
        ),
    ],
)
def test_a_trial_that_is_started_over_is_reported_and_a_disk_that_cannot_be_written_is_noticed(
    tmp_path: Path, failure: str, why: str | None, happened: str
) -> None:
    stop_request = StopRequest()
    callback, out = follow(tmp_path / "it", stop_request)
    (tmp_path / "error.txt").write_text(f"Failure # 1 (occurred at noon)\n{failure}\n")
    failed: Any = SimpleNamespace(
        error_file=str(tmp_path / "error.txt"), checkpoint=None, config={NUMBER: 2, CHECKPOINT: None}
    )
    callback.on_trial_recover(0, [failed], failed)
    assert stop_request.storage_problem == why
    said = " ".join(out.getvalue().split())
    assert said == (f"the process of trial 2 {happened}; another starts it over" if happened else "")


@pytest.mark.parametrize("end", ["on_trial_complete", "on_trial_error"])
def test_of_a_trial_that_has_ended_ray_keeps_no_metrics(tmp_path: Path, end: str) -> None:
    folder = ResultsFolder(tmp_path / "it")
    callback, _ = follow(folder.path)
    study = Study(folder.study_file)
    study.record_settings(study.study.ask(), {"seed": 0}, "it")
    trial = Trial(
        "__fake", config={NUMBER: 0}, stub=True, storage=StorageContext(str(tmp_path), "run", trial_dir_name="0")
    )
    checkpoints = trial.run_metadata.checkpoint_manager
    for step in (1, 2):
        result = {"training_iteration": step, "score": step / 4, METRICS: {"snd": 4.5}}
        trial.update_last_result(result)
        checkpoints.register_checkpoint(_TrainingResult(tune.Checkpoint(str(tmp_path)), result))
    assert trial.metric_analysis["score"]["max"] == 0.5
    getattr(callback, end)(0, [trial], trial)
    assert not trial.metric_analysis
    assert not trial.metric_n_steps
    kept = [trial.last_result, *(each.metrics for each in checkpoints._checkpoint_results)]
    assert [result["score"] for result in kept] == [0.5, 0.25, 0.5]
    assert not [result for result in kept if METRICS in result]


class Briefly(tune.Trainable):
    def step(self) -> dict[str, Any]:
        return {"score": 1.0, "done": self.iteration == 2}

    def save_checkpoint(self, checkpoint_dir: str) -> None:
        (Path(checkpoint_dir) / "state").touch()


class Counting(tune.Callback):
    """Counts the snapshots that are there when a trial ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.found: list[int] = []

    def on_trial_complete(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        self.found.append(snapshots(self.folder))


def snapshots(folder: Path) -> int:
    return len(list(folder.glob("it/experiment_state-*.json")))


def run(folder: Path) -> list[int]:
    counting = Counting(folder)
    kept = tune.CheckpointConfig(num_to_keep=1, checkpoint_frequency=1)
    here = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(here)  # workers cannot import a test
    try:
        tune.Tuner(
            Briefly,
            tune_config=tune.TuneConfig(num_samples=2, max_concurrent_trials=1, reuse_actors=False),
            run_config=tune.RunConfig(
                name="it", storage_path=str(folder), callbacks=[counting], checkpoint_config=kept, verbose=0
            ),
        ).fit()
    finally:
        cloudpickle.unregister_pickle_by_value(here)
    return counting.found


def test_ray_writes_its_state_at_the_end_alone(tmp_path: Path) -> None:
    with without_snapshots():
        assert run(tmp_path / "without") == [0, 0]
    assert snapshots(tmp_path / "without") == 1
    assert run(tmp_path / "with")[-1] == 1
