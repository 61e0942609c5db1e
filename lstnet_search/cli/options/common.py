"""Options that several commands share, and what they mean.

Heavy packages are imported inside the functions, so that `COMMAND --help` does not wait for them.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from lstnet_search.config.presets import MethodName, PresetName
from lstnet_search.errors import InputError

if TYPE_CHECKING:
    from lstnet_search.results.folder.search_record import SearchRecord

DATA, RESOURCES = "Data", "Resources"
"""Help headings for options, like `ADVANCED`. Everyday options have no heading of their own."""
KNOWN_SETS = (
    "mnist, usps, digits, svhn, fashion, textured, emnist, emnist-letters, kmnist, qmnist, cifar10, stl10, mnistm"
)
DEFAULT_RESULTS_DIR = Path("results")
DEFAULT_DATA_DIR = Path("data")

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
        help="Train settings with up to this many seeds, until real differences can be told from luck. Each training "
        "is a trial. Default: 5 where a space is searched, else 1.",
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


def data_dir_of(searched: "SearchRecord", asked: Path | None, folder: Path) -> Path:
    """The folder of the full data sets for another training of a search's settings.

    Args:
        searched: the search.
        asked: `--data-dir`, or None for the search's own.
        folder: the search's folder, for messages.

    Raises:
        InputError: if one is given and the search used the bundled images.
    """
    if asked is not None and searched.search.trial.data == "bundled":
        raise InputError(f"{folder} was searched on the bundled images; leave --data-dir out")
    return asked or Path(searched.data_dir)


def exists_already(output: Path, option: str = "--output") -> InputError:
    """The error for a path that is to be made and is there."""
    return InputError(f"{output} exists already; choose another {option}")


def check_output(output: Path, *, folder: bool, option: str = "--output") -> None:
    """Check that a file or a folder can be made.

    Raises:
        InputError: if the path exists (an empty folder is fine where a folder is to be made), or its parent is not a
            writable folder.
    """
    if output.exists() and not (folder and output.is_dir() and not any(output.iterdir())):
        raise exists_already(output, option)
    parent = output.resolve().parent
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise InputError(f"{parent} is not a writable folder; make it, or choose another {option}")
