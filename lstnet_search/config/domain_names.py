"""How a user names a domain: a known set by its name, or the user's own images by their location."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_NAME = re.compile(r"[\w-]{1,100}")
_USER_IMAGES = re.compile(r"(?:(?P<name>[\w-]+)=)?(?P<kind>folder|parquet):(?P<path>.+)", re.DOTALL)


@dataclass(frozen=True)
class UserImages:
    """A user's own images.

    Attributes:
        name: the domain's name in directions and tables.
        kind: a folder of image files, or a Parquet file in the format of the bundled sets.
        path: the folder or file.
    """

    name: str
    kind: Literal["folder", "parquet"]
    path: Path

    def __str__(self) -> str:
        return f"{self.kind}:{self.path}"


def parse_user_images(spec: str) -> UserImages | None:
    """Parse `folder:PATH` or `parquet:PATH`, with an optional `NAME=` in front; return None for a known set's name.

    Without `NAME=`, the domain is named after its folder or file, with `_` for characters other than letters, digits
    and hyphens.
    """
    found = _USER_IMAGES.fullmatch(spec)
    if found is None:
        return None
    path = Path(found["path"])
    kind: Literal["folder", "parquet"] = "folder" if found["kind"] == "folder" else "parquet"
    default = path.name if kind == "folder" else path.stem
    return UserImages(found["name"] or re.sub(r"[^\w-]+", "_", default) or "images", kind, path)


def is_domain(text: str) -> bool:
    """Whether a text names a domain. A name must not contain a path, because it becomes part of file names."""
    images = parse_user_images(text)
    return _NAME.fullmatch(text) is not None if images is None else _is_possible_path(str(images.path))


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
    """The same domain, written so that it means the same in every working directory."""
    images = parse_user_images(spec)
    if images is None:
        return spec
    prefix = f"{images.name}=" if spec.startswith(f"{images.name}={images.kind}:") else ""
    return f"{prefix}{images.kind}:{images.path.expanduser().resolve()}"
