"""`data`: downloads, verifies, describes and converts image sets, and makes folders of images to experiment with."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from lstnet_search.cli.app import App
from lstnet_search.cli.options import common
from lstnet_search.cli.options.reading import ColumnsOption, ReadingOptions, parse_columns
from lstnet_search.errors import InputError

if TYPE_CHECKING:
    from lstnet_search.domains.registry import Data

app = App("Look at sets of images, and download them.")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help=f"One of {common.KNOWN_SETS}.")]
AnyNameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help=f"One of {common.KNOWN_SETS}, images:PATH, folder:PATH, parquet:PATH.")
]


@app.command("fetch")
def fetch(name: NameArgument, data_dir: common.DataDirOption = None) -> None:
    """Download the missing files of a set into --data-dir (default: data), and verify the set."""
    _refuse_user_images(name)
    if name == "usps":
        print("usps is bundled whole; there is nothing to fetch")
        return
    _verify(name, "full", data_dir or common.DEFAULT_DATA_DIR)


@app.command("verify")
def verify(name: NameArgument, data_dir: common.DataDirOption = None, bundled: common.BundledOption = False) -> None:
    """Compare a set with the original: the bundled images, or with --data-dir the full set."""
    _refuse_user_images(name)
    _verify(name, *_images_to_use(name, data_dir, bundled))


@app.command("describe")
def describe(
    name: AnyNameArgument,
    images: ReadingOptions,
    part: Annotated[Literal["train", "test"], typer.Option(help="Which part of the set.")] = "train",
    data_dir: common.DataDirOption = None,
    bundled: common.BundledOption = False,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Contact sheet to write; an earlier sheet is replaced. Default: NAME.png in the current folder, or "
            "beside the set if the current folder belongs to it.",
        ),
    ] = None,
) -> None:
    """Print counts, sizes, class balance, range, polarity and split of a set, and draw a sheet of its images."""
    from lstnet_search.domains import load
    from lstnet_search.domains.describe import describe as describe_domain
    from lstnet_search.domains.describe import split_lines
    from lstnet_search.domains.domain import PARTS
    from lstnet_search.results.export.contact_sheet import write_contact_sheet

    data, full_dir = _images_to_use(name, data_dir, bundled)
    output = _sheet(name, output)
    parts = {each: load(name, data, full_dir, each, images.reading(name)) for each in PARTS}
    domain = parts[part]
    print(f"{domain.name} ({part})")
    for line in (*describe_domain(domain).lines(), *split_lines(parts["train"], parts["test"]), *domain.remarks):
        print(line)
    write_contact_sheet(output, domain)
    print(f"contact sheet: {output}" + ("" if domain.labels is None else ", one row per class in the order above"))


@app.command("convert")
def convert(
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="images:PATH, folder:PATH or parquet:PATH, in any format that is read."),
    ],
    to: Annotated[Path, typer.Option(metavar="FILE.parquet", help="Parquet file to make.")],
    columns: ColumnsOption = None,
    skip_bad: common.SkipBadOption = False,
) -> None:
    """Write your images as one Parquet file with the columns image, label and split, in their own sizes and colours."""
    from lstnet_search.config.domain_names import parse_user_images
    from lstnet_search.domains.formats.opening import open_images
    from lstnet_search.domains.user_images.write_table import write_table

    images = parse_user_images(source)
    if images is None:
        raise InputError(f"{source} is not the place of your own images; give images:PATH, folder:PATH or parquet:PATH")
    if to.suffix != ".parquet":
        raise InputError(f"--to {to} must end in .parquet; rename it")
    common.check_output(to, folder=False, option="--to")
    opened = open_images(images, parse_columns(columns or (), [images.name]).get(images.name))
    written = write_table(opened, to, skip_bad)
    for remark in written.remarks:
        print(f"note: {remark}", file=sys.stderr)
    print(f"{written.count} images of {images}: {to}")


@app.command("folder")
def folder(
    name: NameArgument,
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder to make.")],
    count: Annotated[
        int, typer.Option(min=1, metavar="N", help="Number of images: the first ones of each class, in equal shares.")
    ] = 1000,
    classes: Annotated[
        int | None, typer.Option(min=2, metavar="N", help="Only the first N classes. Default: all.")
    ] = None,
    unlabelled: Annotated[bool, typer.Option("--unlabelled", help="Put all images into one folder.")] = False,
    data_dir: common.DataDirOption = None,
    bundled: common.BundledOption = False,
) -> None:
    """Write images of a set as PNG files, one subfolder per class, to try out folders of images."""
    from lstnet_search.domains import load
    from lstnet_search.domains.user_images.write_folder import write_folder

    _refuse_user_images(name)
    common.check_output(to, folder=True, option="--to")
    domain = load(name, *_images_to_use(name, data_dir, bundled), "train")
    written = write_folder(domain, to, count, classes, unlabelled)
    print(f"{written} images of {name}: {to}")


def _sheet(name: str, output: Path | None) -> Path:
    """Where to write the contact sheet: never into the set that it shows.

    Raises:
        InputError: if the place is not writable, lies in the set, or holds another file.
    """
    from lstnet_search.config.domain_names import domain_name, parse_user_images
    from lstnet_search.domains.formats.locations import folder_of
    from lstnet_search.results.export.contact_sheet import is_contact_sheet

    chosen = output or Path(f"{domain_name(name)}.png")
    images = parse_user_images(name)
    top = None if images is None else folder_of(images.location)
    if top is not None and chosen.resolve().is_relative_to(top):
        if output is not None:
            raise InputError(f"--output {output} lies in the set, where it would be taken for an image; choose another")
        chosen = top.parent / chosen.name
    if not is_contact_sheet(chosen):
        common.check_output(chosen, folder=False)
    return chosen


def _images_to_use(name: str, data_dir: Path | None, bundled: bool) -> "tuple[Data, Path]":
    """Whether to use the full or the bundled images, and the folder of the full ones.

    A set that is not bundled is always used in full.
    """
    from lstnet_search.domains.registry import check_names

    check_names(name)
    default = common.default_data((name,), "bundled")
    data = cast("Data", common.data_settings(data_dir, bundled, default)["data"])
    return data, data_dir or common.DEFAULT_DATA_DIR


def _refuse_user_images(name: str) -> None:
    from lstnet_search.config.domain_names import parse_user_images
    from lstnet_search.domains.registry import check_names

    check_names(name)
    if parse_user_images(name) is not None:
        raise InputError(
            f"{name} is your own set, so there is no original to compare it with; use data describe, or give one of "
            f"{common.KNOWN_SETS}"
        )


def _verify(name: str, data: "Data", data_dir: Path) -> None:
    from lstnet_search.domains.verify import load_and_verify

    for part in ("train", "test"):
        domain, finding = load_and_verify(name, data, data_dir, part)
        print(f"{name} ({part}): {len(domain)} images, {finding}")
