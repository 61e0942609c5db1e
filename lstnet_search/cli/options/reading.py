"""The options that say how images are read, shared by the commands that read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstnet_search.cli.options import common
from lstnet_search.config.domain_names import parse_user_images
from lstnet_search.config.image_sides import LARGEST_SIDE, LEAST_SIDE
from lstnet_search.config.reading import ROLES, Fit, Role
from lstnet_search.errors import InputError

if TYPE_CHECKING:
    from lstnet_search.config.reading import Reading

ColumnsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--columns",
        metavar="ROLE=COLUMN",
        help="Columns of your table: image=NAME,label=NAME,split=NAME; DOMAIN: in front if both domains are yours.",
        rich_help_panel=common.DATA,
    ),
]


@dataclass(frozen=True)
class ReadingOptions:
    """How images are read."""

    skip_bad: common.SkipBadOption = False
    fit: Annotated[
        Fit | None,
        typer.Option(
            help="How your images become squares. Default: stretch.",
            rich_help_panel=common.DATA,
        ),
    ] = None
    side: Annotated[
        list[str] | None,
        typer.Option(
            metavar="N",
            help=f"Bring images to this height and width, {LEAST_SIDE} to {LARGEST_SIDE}; DOMAIN=N for one domain. "
            "Default: their own, at most 64.",
            rich_help_panel=common.DATA,
        ),
    ] = None
    columns: ColumnsOption = None

    def reading_settings(self, domains: Sequence[str]) -> dict[str, Any]:
        """The settings that the options ask for; those that are not given are left out.

        Args:
            domains: the domains, as the user named them.

        Raises:
            InputError: if an option cannot be used.
        """
        from lstnet_search.config.domain_names import domain_name

        settings: dict[str, Any] = {"skip_bad": True} if self.skip_bad else {}
        if self.fit is not None:
            settings["fit"] = self.fit
        names = list(map(domain_name, domains))
        if self.side:
            settings["sides"] = {name: side for text in self.side for name, side in _parse_side(text, names).items()}
        if self.columns:
            own = [name for name, domain in zip(names, domains, strict=True) if parse_user_images(domain) is not None]
            settings["columns"] = parse_columns(self.columns, own)
        return settings

    def reading(self, domain: str) -> "Reading":
        """How the images of one domain are read.

        Raises:
            InputError: if an option cannot be used.
        """
        from lstnet_search.config.reading import Reading

        return Reading(**self.reading_settings([domain]))


@dataclass(frozen=True)
class DataOptions(ReadingOptions):
    """Which two domains are used, and how their images are read."""

    domains: common.DomainsOption = None
    data_dir: common.DataDirOption = None
    bundled: common.BundledOption = False
    common_classes: Annotated[
        bool,
        typer.Option(
            "--common-classes",
            help="Use only the classes that both domains have.",
            rich_help_panel=common.DATA,
        ),
    ] = False

    def domain_settings(self, otherwise: tuple[str, str]) -> dict[str, Any]:
        """The settings that say which domains are used and how; those that are not given are left out.

        Args:
            otherwise: the domains if the options name none.

        Raises:
            InputError: if a domain is unknown or does not exist, or an option cannot be used.
        """
        from lstnet_search.config.domain_names import with_absolute_path
        from lstnet_search.domains.registry import check_names

        if self.domains is None:
            settings = self.reading_settings(otherwise)
        else:
            check_names(*self.domains)
            first, second = map(with_absolute_path, self.domains)
            settings = self.reading_settings((first, second)) | {"domains": (first, second)}
        if self.common_classes:
            settings["common_classes"] = True
        return settings


def parse_columns(texts: Sequence[str], names: Sequence[str]) -> dict[str, dict[Role, str]]:
    """The columns that the user named, by domain.

    Args:
        texts: such as "image=img,label=digit", or "photos:label=kind".
        names: names of the domains that can be tables.

    Raises:
        InputError: if a text cannot be used.
    """
    found: dict[str, dict[Role, str]] = {}
    for text in texts:
        name, has_name, pairs = text.partition(":") if ":" in text.partition("=")[0] else ("", "", text)
        if name not in names if has_name else len(names) != 1:
            allowed = " or ".join(f"{each}:{pairs}" for each in names) or "it to a domain of your own images only"
            raise InputError(f"--columns {text} does not say whose columns they are; give {allowed}")
        for pair in pairs.split(","):
            role, given, column = pair.partition("=")
            known = next((each for each in ROLES if each == role), None)
            if known is None or not given or not column:
                raise InputError(f"--columns {text}: {pair!r} must be image=NAME, label=NAME or split=NAME; correct it")
            found.setdefault(name or names[0], {})[known] = column
    return found


def _parse_side(text: str, names: Sequence[str]) -> dict[str, int]:
    name, given, number = text.rpartition("=")
    if given and name not in names:
        raise InputError(f"--side {text}: {name!r} must be one of {', '.join(names)}; correct it")
    if not number.isascii() or not number.isdigit() or not LEAST_SIDE <= int(number[:9]) <= LARGEST_SIDE:
        raise InputError(f"--side {text} must be a whole number from {LEAST_SIDE} to {LARGEST_SIDE}; change it")
    return dict.fromkeys([name] if given else names, int(number))
