"""`data`: fetch, verify and describe sets of images, and make folders of them to try things on."""

from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from lstnet_search.cli import options
from lstnet_search.cli.app import make_app
from lstnet_search.cli.images import check_output
from lstnet_search.config.domain_names import name_of, own_images
from lstnet_search.domains import Part, load
from lstnet_search.domains.describe import describe as description_of
from lstnet_search.domains.registry import SOURCES, Data, check_names
from lstnet_search.domains.user_images.write_folder import write_folder
from lstnet_search.domains.verify import verified
from lstnet_search.errors import InputError
from lstnet_search.results.export.contact_sheet import write_contact_sheet

app = make_app("Look at sets of images, and get them.")
PARTS: tuple[Part, ...] = get_args(Part)

NameArgument = Annotated[str, typer.Argument(help=f"One of {', '.join(SOURCES)}.")]
AnyNameArgument = Annotated[str, typer.Argument(help=f"One of {', '.join(SOURCES)}, folder:PATH, parquet:PATH.")]


@app.command("fetch")
def fetch(name: NameArgument, data_dir: options.DataDirOption = None) -> None:
    """Download what is missing of a set into --data-dir (default: data), and verify it."""
    _refuse_own(name)
    if name == "usps":
        print("usps is bundled whole; there is nothing to fetch")
        return
    _verify(name, "full", data_dir or options.DEFAULT_DATA_DIR)


@app.command("verify")
def verify(name: NameArgument, data_dir: options.DataDirOption = None, bundled: options.BundledOption = False) -> None:
    """Compare a set with the original: by default what is bundled, with --data-dir the full one."""
    _refuse_own(name)
    _verify(name, *_where(name, data_dir, bundled))


@app.command("describe")
def describe(
    name: AnyNameArgument,
    part: Annotated[str, typer.Option(help="train or test.")] = "train",
    data_dir: options.DataDirOption = None,
    bundled: options.BundledOption = False,
    skip_bad: options.SkipBadOption = False,
    output: Annotated[
        Path | None, typer.Option(help="Contact sheet to write; default: NAME.png where this command is run.")
    ] = None,
) -> None:
    """Print counts, sizes, class balance, range and polarity of a set, and draw a sheet of its images."""
    if part not in PARTS:
        raise InputError(f"--part {part} must be one of {', '.join(PARTS)}; correct it")
    output = output or Path(f"{name_of(name)}.png")
    check_output(output, folder=False)
    data, where = _where(name, data_dir, bundled)
    domain = load(name, data, where, part, skip_bad=skip_bad)
    print(f"{domain.name} ({part})")
    for line in (*description_of(domain).lines(), *domain.remarks):
        print(line)
    write_contact_sheet(output, domain)
    print(f"contact sheet: {output}" + ("" if domain.labels is None else ", a row a class in the order above"))


@app.command("folder")
def folder(
    name: NameArgument,
    to: Annotated[Path, typer.Option(help="Folder to make.")],
    count: Annotated[int, typer.Option(min=1, help="Images, the first of each class, in even shares.")] = 1000,
    classes: Annotated[
        int | None, typer.Option(min=2, help="Only so many classes, the first ones; default: all.")
    ] = None,
    unlabelled: Annotated[bool, typer.Option("--unlabelled", help="All in one folder, without classes.")] = False,
    data_dir: options.DataDirOption = None,
    bundled: options.BundledOption = False,
) -> None:
    """Write images of a set as PNG files, in a subfolder a class: something to try one's own folders with."""
    _refuse_own(name)
    check_output(to, folder=True)
    domain = load(name, *_where(name, data_dir, bundled), "train")
    written = write_folder(domain, to, count, classes, unlabelled)
    print(f"{written} images of {name}: {to}")


def _where(name: str, data_dir: Path | None, bundled: bool) -> tuple[Data, Path]:
    """Which images are meant: the full ones where a folder is named or nothing is bundled."""
    check_names(name)
    otherwise = options.default_data((name,), "bundled")
    data = cast(Data, options.data_settings(data_dir, bundled, otherwise)["data"])
    return data, data_dir or options.DEFAULT_DATA_DIR


def _refuse_own(name: str) -> None:
    check_names(name)
    if own_images(name) is not None:
        raise InputError(
            f"{name} is your own, so there is no original to compare it with; use data describe, or give one of "
            f"{', '.join(SOURCES)}"
        )


def _verify(name: str, data: Data, data_dir: Path) -> None:
    for part in PARTS:
        domain, finding = verified(name, data, data_dir, part)
        print(f"{name} ({part}): {len(domain)} images, {finding}")
