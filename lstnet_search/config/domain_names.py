"""How a user names a domain: a known set by its name, or the user's own images by their location."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast
from urllib.parse import unquote, urlsplit

Kind = Literal["images", "folder", "parquet"]

ENDINGS_OF_FILES = (".parquet", ".arrow", ".npz", ".zip", ".csv", ".tsv", ".h5", ".hdf5", ".gz")
"""Endings that the default name of an `images:` domain leaves out."""

_NAME = re.compile(r"[\w-]{1,100}")
_USER_IMAGES = re.compile(r"(?:(?P<name>[\w-]+)=)?(?P<kind>images|folder|parquet):(?P<location>.+)", re.DOTALL)
_REMOTE = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+)://")


@dataclass(frozen=True)
class UserImages:
    """A user's own images.

    Attributes:
        name: the domain's name in directions and tables.
        kind: the prefix that the user wrote. `images` and `folder` are read alike, `parquet` reads only tables.
        location: a folder, a file, a pattern such as `shards/train-*.parquet`, or an address such as `s3://BUCKET/FOLDER`.
    """

    name: str
    kind: Kind
    location: str

    @property
    def path(self) -> Path:
        """The location as a path of this machine."""
        return Path(self.location)

    @property
    def is_remote(self) -> bool:
        """Whether the location is an address rather than a path."""
        return is_remote(self.location)

    def __str__(self) -> str:
        return f"{self.kind}:{self.location}"


def is_remote(location: str) -> bool:
    """Whether a location is an address with a scheme, such as `s3://BUCKET/FOLDER`, rather than a path."""
    return _REMOTE.match(location) is not None


def local_location(location: str) -> str:
    """A location as the system expects it: `file://` becomes a path, `~` a home folder; others stay as they are."""
    found = _REMOTE.match(location)
    if found is not None and found["scheme"].lower() == "file":
        return unquote(urlsplit(location).path)
    return os.path.expanduser(location) if found is None else location


def parse_user_images(spec: str) -> UserImages | None:
    """Parse `images:PATH`, `folder:PATH` or `parquet:PATH`, with an optional `NAME=` in front; None for a known set.

    Without `NAME=`, the domain is named after its folder or file, with `_` for characters other than letters, digits
    and hyphens. Parts of a path with `*` or `?` are left out of the name.
    """
    found = _USER_IMAGES.fullmatch(spec)
    if found is None:
        return None
    location, kind = local_location(found["location"]), cast(Kind, found["kind"])
    if not is_remote(location):
        location = str(Path(location))
    return UserImages(found["name"] or _default_name(location, kind), kind, location)


def _default_name(location: str, kind: Kind) -> str:
    plain = [part for part in Path(location).parts if not set(part) & set("*?")]
    last = Path(*plain)
    if kind == "parquet" or (kind == "folder" and last.suffix.lower() == ".zip"):
        last = last.with_suffix("") if last.name else last
    while kind == "images" and last.suffix.lower() in ENDINGS_OF_FILES:
        last = last.with_suffix("")
    return re.sub(r"[^\w-]+", "_", last.name) or "images"


def is_domain(text: str) -> bool:
    """Whether a text names a domain. A name must not contain a path, because it becomes part of file names."""
    images = parse_user_images(text)
    return _NAME.fullmatch(text) is not None if images is None else _is_possible_path(images.location)


def _is_possible_path(text: str) -> bool:
    """Whether the path can exist on a file system. YAML allows texts that no file system accepts as a path."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def domain_name(spec: str) -> str:
    """The short name of a domain, however the user named it. A short name is returned unchanged."""
    images = parse_user_images(spec)
    return spec if images is None else images.name


def with_absolute_path(spec: str) -> str:
    """The same domain, written so that it means the same in every working directory.

    It keeps its name, except that `.` and `..` take the name of their folder.
    """
    images = parse_user_images(spec)
    if images is None:
        return spec
    absolute = f"{images.kind}:{images.location if images.is_remote else images.path.resolve()}"
    given = spec.startswith(f"{images.name}={images.kind}:")
    linked = images.path.name not in ("", "..") and domain_name(absolute) != images.name  # not "." and ".."
    return f"{images.name}={absolute}" if given or linked else absolute
