"""Options that several commands take, and what they have in common."""

import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import torch
import typer
from rich.console import Console

from lstnet_search.config import PresetName
from lstnet_search.config.domain_names import with_full_path
from lstnet_search.config.presets import MethodName
from lstnet_search.domains.registry import check_names, needs_full
from lstnet_search.errors import InputError
from lstnet_search.io.secrets import masked

PresetOption = Annotated[
    PresetName | None,
    typer.Option("--preset", help="Budget and settings; default: paper where there is a GPU, else cpu."),
]
MethodOption = Annotated[MethodName | None, typer.Option("--method", help="What is trained; default: lstnet.")]
StepsOption = Annotated[int | None, typer.Option("--steps", help="Steps of a whole training.")]
SeedOption = Annotated[int | None, typer.Option("--seed", help="Seed; the same seed gives the same trials.")]
RepeatsOption = Annotated[int | None, typer.Option("--repeats", help="Seeds of a trial, judged by their mean.")]
DataDirOption = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of full data sets, as torchvision lays them out.")
]
BundledOption = Annotated[bool, typer.Option("--bundled", help="Use the bundled images.")]
DomainsOption = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--domains",
        metavar="A B",
        help="Two of mnist, usps, svhn, fashion, textured, folder:PATH, parquet:PATH, NAME=folder:PATH; "
        "default: mnist usps.",
    ),
]
SkipBadOption = Annotated[
    bool, typer.Option("--skip-bad", help="Leave out images of yours that cannot be read, where they are few.")
]
ResultsDirOption = Annotated[Path, typer.Option("--results-dir", help="Where results folders are kept.")]
AddressOption = Annotated[
    str | None,
    typer.Option(help="auto or HOST:PORT of a Ray cluster to join; default: RAY_ADDRESS, else one is started here."),
]
StorageOption = Annotated[
    str | None,
    typer.Option(help="Folder that every node mounts, or s3://BUCKET/FOLDER: for checkpoints and a copy of results."),
]
TrialTimeoutOption = Annotated[
    str | None,
    typer.Option(
        help="Silence after which a trial's process is killed and begun again from its checkpoint, such as 20m; "
        "default: 20 times its usual one, 10m at least."
    ),
]
MaxConcurrentOption = Annotated[int | None, typer.Option(help="Trials at once at most; default: all that have room.")]
GpusPerTrialOption = Annotated[
    str | None,
    typer.Option(
        metavar="X|auto",
        help="Share of a GPU that a trial gets: 1 (default), 0.5, 0.33, 0.25 …; auto: as a probe of a step says.",
    ),
]
FolderArgument = Annotated[Path, typer.Argument(help="A results folder, such as results/NAME.")]
FoldersArgument = Annotated[list[Path], typer.Argument(help="Results folders, such as results/NAME.")]

PACKAGE = __name__.partition(".")[0]
DEFAULT_DATA_DIR = Path("data")
MOST_PER_GPU = 20


def default_preset() -> PresetName:
    """`paper` where there is a GPU, else `cpu`."""
    return "paper" if torch.cuda.is_available() else "cpu"


def data_settings(data_dir: Path | None, bundled: bool, otherwise: str) -> dict[str, str]:
    """The setting that says which images are used: as options say it, or else.

    Raises:
        InputError: if both options are given, or the folder is not there.
    """
    if data_dir is not None and bundled:
        raise InputError("--data-dir and --bundled exclude each other; give one of them")
    if data_dir is not None and not data_dir.is_dir():
        raise InputError(f"--data-dir {data_dir} is no folder; make it, give another, or use --bundled")
    if bundled:
        return {"data": "bundled"}
    return {"data": "full" if data_dir is not None else otherwise}


def domain_settings(domains: tuple[str, str] | None, skip_bad: bool) -> dict[str, Any]:
    """The settings that say whose images are used; none where no option does.

    Raises:
        InputError: if a domain is not known or not there.
    """
    settings: dict[str, Any] = {"skip_bad": True} if skip_bad else {}
    if domains is not None:
        check_names(*domains)
        settings["domains"] = tuple(map(with_full_path, domains))
    return settings


def default_data(domains: tuple[str, ...], otherwise: str) -> str:
    """Which images are used where no option says it: all of them, if one of the domains is not bundled."""
    return "full" if needs_full(domains) else otherwise


def parse_duration(option: str, text: str | None) -> float | None:
    """Seconds of a duration such as 90s, 30m, 8h, 2d or 1h30m, which an option was given.

    Raises:
        InputError: if it is none, or shorter than a second.
    """
    if text is None:
        return None
    try:
        seconds = float(pd.Timedelta(text).total_seconds())
    except ValueError:
        seconds = float("nan")
    if not seconds >= 1:
        raise InputError(f"{option} {text} must be at least a second; write it like 90s, 30m, 8h or 2d")
    return seconds


def parse_gpus_per_trial(text: str | None) -> int | None:
    """Trials that may share a GPU; None for as many as a probe says.

    Raises:
        InputError: if it is no share that some whole number of trials fill a GPU with.
    """
    if text == "auto":
        return None
    try:
        share = 1.0 if text is None else float(text)
    except ValueError:
        share = float("nan")
    if share > 1:
        raise InputError(f"--gpus-per-trial {text}: a trial trains on one GPU; give at most 1")
    trials = round(1 / share) if share >= 1 / MOST_PER_GPU else 0
    if not trials or abs(trials * share - 1) > 0.025:
        raise InputError(
            f"--gpus-per-trial {text} must be auto or one over a whole number from 1 to {MOST_PER_GPU}, "
            "such as 1, 0.5, 0.33 or 0.25; change it or leave it out"
        )
    return trials


def check_simulated(gpus: int | None) -> None:
    """Refuse to simulate no GPU.

    Raises:
        InputError: if less than one is asked for.
    """
    if gpus is not None and gpus < 1:
        raise InputError(f"--simulate-gpus {gpus} must be at least 1; raise it or leave it out")


def command_line() -> str:
    """The command as it was typed, but for where the package lies, and for secrets."""
    script, *arguments = sys.argv
    arguments = [masked(argument) for argument in arguments]
    return shlex.join(["python", *(("-m", PACKAGE) if Path(script).name == "__main__.py" else (script,)), *arguments])


def console() -> Console:
    """Where commands print: a line stays a line where there is no terminal; a name in brackets is no markup."""
    terminal = Console(markup=False, emoji=False)
    return terminal if terminal.is_terminal else Console(width=200, no_color=True, markup=False, emoji=False)
