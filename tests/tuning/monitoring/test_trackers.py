from pathlib import Path
from typing import Any

import pytest
from commands import exit_code
from ray.tune.experiment import Trial
from ray.tune.logger import LoggerCallback

from lstnet_search.config.search import TrackerName
from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.tuning.monitoring import trackers
from lstnet_search.tuning.monitoring.trackers import Tracker, logged, make_trackers, refuse_trackers

RESULT = {"step": 250, "seconds": 2.5, "peak_memory_mb": 100.0, "metric": {"snd": 4.5, "loss_cc1": 0.25}, "pid": 17}


@pytest.mark.parametrize(
    ("name", "package"), [("tensorboard", "tensorboardX"), ("mlflow", "mlflow-skinny"), ("wandb", "wandb")]
)
def test_a_tracker_whose_package_is_missing_is_refused_with_how_to_install_it(
    name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trackers, "find_spec", lambda module: None)
    with pytest.raises(InputError, match=f"--log {name} needs a package .* pip install {package}$"):
        refuse_trackers([TrackerName(name)])


def test_wandb_without_an_account_is_refused_and_offline_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("WANDB_API_KEY", "WANDB_MODE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InputError, match="run: wandb login, set WANDB_API_KEY, or write locally with WANDB_MODE"):
        refuse_trackers([TrackerName.WANDB])
    monkeypatch.setenv("WANDB_MODE", "offline")
    refuse_trackers([TrackerName.WANDB])


def test_wandb_is_offline_in_its_own_process_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", "offline")
    lines: list[str] = []
    tracker: Any
    (tracker,) = make_trackers([TrackerName.WANDB], ResultsFolder(tmp_path / "it"), lines.append)
    assert tracker._logger.kwargs["mode"] == "offline"
    assert "offline, send it with: wandb sync " in lines[0]


def test_another_name_is_refused_with_those_that_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("search", "--log", "neptune", "--results-dir", tmp_path / "results") == 2
    assert "'tensorboard', 'mlflow', 'wandb'" in capsys.readouterr().err
    assert not (tmp_path / "results").exists()


def test_metrics_are_logged_under_the_step_of_the_training() -> None:
    assert logged(RESULT) == {
        "training_iteration": 250,
        "timesteps_total": 250,
        "seconds": 2.5,
        "peak_memory_mb": 100.0,
        "snd": 4.5,
        "loss_cc1": 0.25,
    }


class Kept(LoggerCallback):
    """A logger that keeps what it is given, and can break."""

    def __init__(self, breaks: bool = False) -> None:
        self.breaks = breaks
        self.calls: list[tuple[str, Any]] = []

    def log_trial_result(self, iteration: int, trial: Trial, result: dict[str, Any]) -> None:
        self.calls.append(("result", result["training_iteration"]))
        if self.breaks:
            raise ConnectionError("no route\nto host")

    def log_trial_end(self, trial: Trial, failed: bool = False) -> None:
        self.calls.append(("end", failed))


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    trial = Trial("__fake", stub=True)
    trial.init_local_path = lambda: None  # type: ignore[method-assign]  # it has no place on disk
    return trial


def test_a_tracker_that_breaks_is_dropped_with_one_line_and_the_search_continues(trial: Trial) -> None:
    said: list[str] = []
    logger = Kept(breaks=True)
    tracker = Tracker("mlflow", logger, said.append)
    tracker.on_trial_start(0, [], trial)
    tracker.on_trial_result(0, [], trial, RESULT)
    tracker.on_trial_result(0, [], trial, RESULT)
    tracker.on_trial_complete(0, [], trial)
    assert said == ["--log mlflow ends here, the search continues: ConnectionError: no route to host"]
    assert logger.calls == [("result", 250)]


def test_trials_end_as_failed_if_their_last_report_says_so_or_the_search_was_stopped(trial: Trial) -> None:
    logger = Kept()
    tracker = Tracker("mlflow", logger, print)
    for last in ({"step": 1}, {"error": "it diverged"}):
        trial.run_metadata.last_result = last
        tracker.on_trial_start(0, [], trial)
        tracker.on_trial_complete(0, [], trial)
    tracker.on_trial_start(0, [], trial)
    tracker.on_experiment_end([trial])
    assert logger.calls == [("end", False), ("end", True), ("end", True)]
