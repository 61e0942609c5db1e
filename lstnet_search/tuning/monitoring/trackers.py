"""Ray's own callbacks for TensorBoard, MLflow and Weights & Biases. They get the reports and nothing else."""

import logging
import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ray import tune
from ray.tune.experiment import Trial
from ray.tune.logger import LoggerCallback

from lstnet_search.config.search import TrackerName
from lstnet_search.errors import InputError, one_line
from lstnet_search.io.secrets import masked
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.tuning.protocol import METRICS
from lstnet_search.tuning.ray_patches.tensorboard import tensorboard_logger

PACKAGES: dict[TrackerName, tuple[str, str]] = {
    TrackerName.TENSORBOARD: ("tensorboardX", "tensorboardX"),
    TrackerName.MLFLOW: ("mlflow", "mlflow-skinny"),
    TrackerName.WANDB: ("wandb", "wandb"),
}
"""Module that a tracker imports, and the package that pip installs for it."""

PROJECT = "lstnet-search"
UPLOAD_SECONDS = 60
"""Time for W&B to upload its remaining data at the end of a search."""
MLFLOW_RETRIES = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10"}
"""A search waits for its trackers. By default MLflow tries to reach a missing server for four minutes."""


def refuse_trackers(names: Sequence[TrackerName]) -> None:
    """Refuse trackers that cannot work here.

    Raises:
        InputError: if a package is missing, or W&B has no account.
    """
    for name in names:
        module, package = PACKAGES[name]
        if find_spec(module) is None:
            raise InputError(
                f"--log {name} needs a package that is not installed; install it with: pip install {package}"
            )
    if TrackerName.WANDB in names and not _wandb_can_write():
        raise InputError(
            "--log wandb does not know your account; run: wandb login, set WANDB_API_KEY, "
            "or write locally with WANDB_MODE=offline"
        )


def make_trackers(
    names: Sequence[TrackerName], folder: ResultsFolder, say: Callable[[str], None]
) -> list[tune.Callback]:
    """One callback for each name. A name that is given twice counts once.

    Args:
        names: trackers that `refuse_trackers` accepts.
        folder: the search's folder. Its name is the experiment's, and trackers write their files there.
        say: prints where to look, and what goes wrong.
    """
    callbacks: list[tune.Callback] = []
    for name in dict.fromkeys(names):
        logger, where = _MAKERS[name](folder)
        say(f"{name}: {masked(where)}")
        callbacks.append(Tracker(name, logger, say))
    return callbacks


class Tracker(tune.Callback):
    """Passes reports on to one of Ray's loggers. If the logger raises, it is dropped and the search continues."""

    def __init__(self, name: str, logger: LoggerCallback, say: Callable[[str], None]) -> None:
        """Pass reports on to a logger; `say` prints one line if it fails."""
        self._name = name
        self._logger: LoggerCallback | None = logger
        self._say = say
        self._open: list[Trial] = []

    def setup(self, **info: Any) -> None:  # type: ignore[override]  # Ray passes keyword arguments
        """Set the logger up."""
        self._pass("setup", **info)

    def on_trial_start(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """Begin the tracker's run of a trial."""
        trial.init_local_path()  # type: ignore[no-untyped-call]  # W&B's process changes to it
        if trial not in self._open:
            self._open.append(trial)
        self._pass("log_trial_start", trial)

    def on_trial_result(
        self, iteration: int, trials: list[Trial], trial: Trial, result: dict[str, Any], **info: Any
    ) -> None:
        """Log a report under its step."""
        if "error" not in result:
            self._pass("log_trial_result", iteration, trial, logged(result))

    def on_trial_complete(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """End the trial's run, as failed if its last report has an error."""
        self._end(trial, failed="error" in trial.last_result)

    def on_trial_error(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """End the trial's run as failed."""
        self._end(trial, failed=True)

    def on_experiment_end(self, trials: list[Trial], **info: Any) -> None:
        """End the runs that a stopped search left open: W&B would wait half an hour for them."""
        for trial in list(self._open):
            self._end(trial, failed=True)
        self._pass("on_experiment_end", trials, **info)

    def __getstate__(self) -> dict[str, Any]:
        """Nothing, because Ray pickles this for a snapshot that is never read."""
        return {}

    def _end(self, trial: Trial, failed: bool) -> None:
        if trial in self._open:
            self._open.remove(trial)
            self._pass("log_trial_end", trial, failed=failed)

    def _pass(self, method: str, *arguments: Any, **named: Any) -> None:
        if self._logger is None:
            return
        try:
            getattr(self._logger, method)(*arguments, **named)
        except Exception as error:
            self._logger = None
            reason = masked(one_line(error))
            self._say(f"--log {self._name} ends here, the search continues: {type(error).__name__}: {reason}")


def logged(result: dict[str, Any]) -> dict[str, Any]:
    """The part of one of Ray's results that a tracker gets: the metrics, under the step of the training."""
    step = result["step"]
    times = {"training_iteration": step, "timesteps_total": step}  # each logger reads another name
    return {**times, "seconds": result["seconds"], "peak_memory_mb": result["peak_memory_mb"], **result[METRICS]}


def _tensorboard(folder: ResultsFolder) -> tuple[LoggerCallback, str]:
    from tensorboardX import SummaryWriter

    def writer(trial_folder: str, **settings: Any) -> SummaryWriter:
        # Not in Ray's folder of the trial: its content reaches the results only when the search ends.
        return SummaryWriter(str(folder.tensorboard / Path(trial_folder).name), **settings)

    return tensorboard_logger(writer), f"tensorboard --logdir {folder.tensorboard}"


def _mlflow(folder: ResultsFolder) -> tuple[LoggerCallback, str]:
    from ray.air.integrations.mlflow import MLflowLoggerCallback  # imports MLflow, which takes seconds

    logging.getLogger("mlflow").setLevel(logging.WARNING)  # or it logs every table that it creates
    for name, value in MLFLOW_RETRIES.items():
        os.environ.setdefault(name, value)
    uri = os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{(folder.path / 'mlflow.db').resolve()}"
    return MLflowLoggerCallback(
        tracking_uri=uri, experiment_name=folder.path.name
    ), f"experiment {folder.path.name} in {uri}"


def _wandb(folder: ResultsFolder) -> tuple[LoggerCallback, str]:
    from ray.air.integrations.wandb import WandbLoggerCallback  # imports W&B, which takes seconds

    project = os.environ.get("WANDB_PROJECT", PROJECT)
    offline = os.environ.get("WANDB_MODE") == "offline"
    runs = str(folder.path.resolve())  # Ray's folder of a trial reaches the results only when the search ends
    logger = WandbLoggerCallback(
        project=project,
        group=folder.path.name,
        upload_timeout=UPLOAD_SECONDS,
        dir=runs,
        mode=os.environ.get("WANDB_MODE"),  # processes of a joined cluster do not have this process's environment
    )
    where = f"offline, send it with: wandb sync {folder.path}/wandb/offline-run-*" if offline else f"project {project}"
    return logger, f"group {folder.path.name}, {where}"


_MAKERS: dict[TrackerName, Callable[[ResultsFolder], tuple[LoggerCallback, str]]] = {
    TrackerName.TENSORBOARD: _tensorboard,
    TrackerName.MLFLOW: _mlflow,
    TrackerName.WANDB: _wandb,
}


def _wandb_can_write() -> bool:
    import wandb

    return os.environ.get("WANDB_MODE") in ("offline", "disabled") or bool(wandb.api.api_key)
