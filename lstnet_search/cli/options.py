"""Options that several commands share, and what they mean.

Heavy packages are imported inside the functions, so that `COMMAND --help` does not wait for them.
"""

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from lstnet_search.cli.app import ADVANCED
from lstnet_search.config.presets import MethodName, PresetName
from lstnet_search.errors import InputError
from lstnet_search.io.program import program
from lstnet_search.io.secrets import masked

if TYPE_CHECKING:
    from lstnet_search.config.search import TrackerName
    from lstnet_search.results.folder.folder import ResultsFolder
    from lstnet_search.tuning.run import Run

DATA, RESOURCES = "Data", "Resources"
"""Help headings for options, like `ADVANCED`. Everyday options have no heading of their own."""
KNOWN_SETS = (
    "mnist, usps, digits, svhn, fashion, textured, emnist, emnist-letters, kmnist, qmnist, cifar10, stl10, mnistm"
)
DEFAULT_RESULTS_DIR = Path("results")
DEFAULT_DATA_DIR = Path("data")
MAX_PER_GPU = 20

PresetOption = Annotated[
    PresetName | None,
    typer.Option("--preset", help="Budget and settings. Default: paper if there is a GPU, else cpu."),
]
MethodOption = Annotated[
    MethodName | None,
    typer.Option("--method", metavar="NAME", help=f"Method to train: {', '.join(get_args(MethodName))}."),
]
StepsOption = Annotated[int | None, typer.Option("--steps", metavar="N", help="Training steps. Default: the preset's.")]
SeedOption = Annotated[
    int | None, typer.Option("--seed", metavar="N", help="The same seed gives the same trials. Default: 0.")
]
SeedsOption = Annotated[
    int | None,
    typer.Option(
        "--seeds",
        metavar="N",
        help="Train settings with up to this many seeds, until luck can be told from merit. Each training is a trial. "
        "Default: 5 where a space is searched, else 1.",
    ),
]
RepeatsOption = Annotated[int | None, typer.Option("--repeats", hidden=True)]
DomainsOption = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--domains",
        metavar="A B",
        help=f"Two of {KNOWN_SETS}, images:PATH, folder:PATH, parquet:PATH, NAME=images:PATH. Default: mnist usps.",
        rich_help_panel=DATA,
    ),
]
DataDirOption = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", metavar="DIR", help="Folder of full data sets in torchvision's layout.", rich_help_panel=DATA
    ),
]
SearchedDataDirOption = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", metavar="DIR", help="Folder of full data sets. Default: the search's.", rich_help_panel=DATA
    ),
]
BundledOption = Annotated[bool, typer.Option("--bundled", help="Use the bundled images.", rich_help_panel=DATA)]
SkipBadOption = Annotated[
    bool,
    typer.Option(
        "--skip-bad",
        help="Leave out your own images that cannot be read, if there are few of them.",
        rich_help_panel=DATA,
    ),
]
ResultsDirOption = Annotated[
    Path, typer.Option("--results-dir", metavar="DIR", help="Folder that holds the results folders.")
]
GpusOption = Annotated[
    int | None, typer.Option("--gpus", metavar="N", help="GPUs to use. Default: all.", rich_help_panel=RESOURCES)
]
CpusOption = Annotated[
    int | None, typer.Option("--cpus", metavar="N", help="CPUs to use. Default: all.", rich_help_panel=RESOURCES)
]
FolderArgument = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="A results folder, or the name of a study in results/.")
]
FoldersArgument = Annotated[
    list[Path], typer.Argument(metavar="FOLDERS", help="Results folders, or names of studies in results/.")
]


def refuse_repeats(repeats: int | None) -> None:
    """Refuse an option of earlier versions.

    Raises:
        InputError: if it is given.
    """
    if repeats is not None:
        raise InputError(f"--repeats {repeats} is now --seeds {repeats}: each training is a trial of its own")


@dataclass(frozen=True)
class RunOptions:
    """Options of every command that trains on a cluster: where it trains, with which resources and for how long."""

    gpus: GpusOption = None
    cpus: CpusOption = None
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
            data_dir=data_dir or DEFAULT_DATA_DIR,
            command=command_line(),
            log=log,
        )


def default_preset() -> PresetName:
    """`paper` if there is a GPU, else `cpu`."""
    import torch

    return "paper" if torch.cuda.is_available() else "cpu"


def data_settings(data_dir: Path | None, bundled: bool, otherwise: str) -> dict[str, str]:
    """The setting that says which images are used.

    Args:
        data_dir: The folder of the full data sets, if given.
        bundled: Whether the bundled images are asked for.
        otherwise: Which images to use if neither option is given.

    Raises:
        InputError: if both options are given, or the folder does not exist.
    """
    if data_dir is not None and bundled:
        raise InputError("--data-dir and --bundled exclude each other; give one of them")
    if data_dir is not None and not data_dir.is_dir():
        raise InputError(f"--data-dir {data_dir} is not a folder; make it, give another, or use --bundled")
    if bundled:
        return {"data": "bundled"}
    return {"data": "full" if data_dir is not None else otherwise}


def default_data(domains: tuple[str, ...], otherwise: str) -> str:
    """Which images are used if no option says so: the full sets if one of the domains is not bundled."""
    from lstnet_search.domains.registry import needs_full

    return "full" if needs_full(domains) else otherwise


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


def check_output(output: Path, *, folder: bool, option: str = "--output") -> None:
    """Check that a file or a folder can be made.

    Raises:
        InputError: if the path exists (an empty folder is fine where a folder is to be made), or its parent is not a
            writable folder.
    """
    if output.exists() and not (folder and output.is_dir() and not any(output.iterdir())):
        raise InputError(f"{output} exists already; choose another {option}")
    parent = output.resolve().parent
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise InputError(f"{parent} is not a writable folder; make it, or choose another {option}")


def command_line() -> str:
    """The command as it was typed, without secrets and without the path of the installed package."""
    return shlex.join([*program(), *(masked(argument) for argument in sys.argv[1:])])
