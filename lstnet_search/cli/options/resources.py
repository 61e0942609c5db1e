"""The options of every command that trains on a cluster, and the run that they ask for."""

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lstnet_search.cli.app import ADVANCED
from lstnet_search.cli.options import common
from lstnet_search.cli.options.common import RESOURCES
from lstnet_search.errors import InputError
from lstnet_search.io.program import program
from lstnet_search.io.secrets import masked

if TYPE_CHECKING:
    from lstnet_search.config.search import TrackerName
    from lstnet_search.results.folder.folder import ResultsFolder
    from lstnet_search.tuning.run import Run

MAX_PER_GPU = 20


@dataclass(frozen=True)
class RunOptions:
    """Options of every command that trains on a cluster: where it trains, with which resources and for how long."""

    gpus: common.GpusOption = None
    cpus: common.CpusOption = None
    gpus_per_trial: Annotated[
        str | None,
        typer.Option(
            metavar="X|auto",
            help="Share of a GPU for each trial: 1 (default), 0.5, 0.33, 0.25, …; auto: a probe decides.",
            rich_help_panel=RESOURCES,
        ),
    ] = None
    max_concurrent: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Most trials to run at once. Default: as many as fit.",
            rich_help_panel=RESOURCES,
        ),
    ] = None
    time_budget: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Stop cleanly after this time, such as 30m or 8h.", rich_help_panel=RESOURCES
        ),
    ] = None
    address: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT|auto",
            help="Ray cluster to join. Default: RAY_ADDRESS, else start a cluster on this machine.",
            rich_help_panel=RESOURCES,
        ),
    ] = None
    storage: Annotated[
        str | None,
        typer.Option(
            metavar="URI",
            help="Where checkpoints and a copy of the results go: a folder that every node mounts, or s3://BUCKET/FOLDER.",
            rich_help_panel=RESOURCES,
        ),
    ] = None
    trial_timeout: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Restart a trial from its checkpoint after this time without a report, such as 20m. Default: 20 "
            "times the trial's usual time between reports, at least 10m.",
            rich_help_panel=ADVANCED,
        ),
    ] = None
    simulate_gpus: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Place trials as if there were N GPUs, to try out their placement.",
            rich_help_panel=ADVANCED,
        ),
    ] = None

    def make_run(
        self,
        folder: "ResultsFolder",
        data_dir: Path | None,
        *,
        resume: bool = False,
        log: "tuple[TrackerName, ...]" = (),
    ) -> "Run":
        """The run that the options ask for.

        Args:
            folder: The results folder to write to.
            data_dir: The folder of the full data sets, or None for the default folder.
            resume: Whether to resume the search in the folder.
            log: Trackers that also get every report.

        Raises:
            InputError: if an option cannot be used.
        """
        from lstnet_search.results.folder.storage import without_secrets
        from lstnet_search.tuning.run import Resources, Run

        if self.simulate_gpus is not None and self.simulate_gpus < 1:
            raise InputError(f"--simulate-gpus {self.simulate_gpus} must be at least 1; raise it or leave it out")
        return Run(
            folder=folder,
            resume=resume,
            resources=Resources(
                cpus=self.cpus,
                gpus=self.gpus,
                simulated_gpus=self.simulate_gpus,
                max_concurrent=self.max_concurrent,
                per_gpu=parse_gpus_per_trial(self.gpus_per_trial),
                address=self.address,
            ),
            storage=None if self.storage is None else without_secrets(self.storage),
            time_budget=parse_duration("--time-budget", self.time_budget),
            trial_timeout=parse_duration("--trial-timeout", self.trial_timeout),
            data_dir=data_dir or common.DEFAULT_DATA_DIR,
            command=command_line(),
            log=log,
        )


def parse_duration(option: str, text: str | None) -> float | None:
    """Seconds of a duration such as 90s, 30m, 8h, 2d or 1h30m.

    Args:
        option: The option that the duration was given for, named in error messages.
        text: The duration, or None if the option is not given.

    Raises:
        InputError: if it is not a duration, or is shorter than a second.
    """
    if text is None:
        return None
    import pandas as pd

    try:
        seconds = float(pd.Timedelta(text).total_seconds())
    except ValueError:
        seconds = float("nan")
    if not seconds >= 1:
        raise InputError(f"{option} {text} must be at least a second; write it like 90s, 30m, 8h or 2d")
    return seconds


def parse_gpus_per_trial(text: str | None) -> int | None:
    """How many trials may share a GPU, or None to let a probe decide.

    Raises:
        InputError: if the share is not one divided by a whole number.
    """
    if text == "auto":
        return None
    try:
        share = 1.0 if text is None else float(text)
    except ValueError:
        share = float("nan")
    if share > 1:
        raise InputError(f"--gpus-per-trial {text}: a trial trains on one GPU; give at most 1")
    trials = round(1 / share) if share >= 1 / MAX_PER_GPU else 0
    if not trials or abs(trials * share - 1) > 0.025:
        raise InputError(
            f"--gpus-per-trial {text} must be auto or one divided by a whole number from 1 to {MAX_PER_GPU}, "
            "such as 1, 0.5, 0.33 or 0.25; change it or leave it out"
        )
    return trials


def command_line() -> str:
    """The command as it was typed, without secrets and without the path of the installed package."""
    return shlex.join([*program(), *(masked(argument) for argument in sys.argv[1:])])


def refuse_other_storage(asked: str | None, recorded: str | None, folder: Path) -> None:
    """Refuse a storage other than the one the study was started with, which holds its checkpoints.

    Raises:
        InputError: if another is asked for.
    """
    if asked is not None and asked != recorded:
        was = f"with --storage {recorded}" if recorded else "without --storage"
        raise InputError(f"{folder} was started {was}, not with {asked}; leave --storage out")
