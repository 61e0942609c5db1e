"""How a domain is asked for: by the name of a known set, or by where a user's own images lie."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_NAME = re.compile(r"[\w-]{1,100}")
_OWN = re.compile(r"(?:(?P<name>[\w-]+)=)?(?P<kind>folder|parquet):(?P<path>.+)", re.DOTALL)


@dataclass(frozen=True)
class OwnImages:
    """A user's own images.

    Attributes:
        name: of the domain, in directions and tables.
        kind: a folder of image files, or a Parquet file of the bundled format.
        path: of either.
    """

    name: str
    kind: Literal["folder", "parquet"]
    path: Path

    def __str__(self) -> str:
        return f"{self.kind}:{self.path}"


def own_images(asked: str) -> OwnImages | None:
    """What `folder:PATH`, `parquet:PATH`, and either with `NAME=` before it mean; None for the name of a known set.

    Without `NAME=` a domain is called as its folder or file is, what is no letter, digit or hyphen replaced by `_`.
    """
    found = _OWN.fullmatch(asked)
    if found is None:
        return None
    path = Path(found["path"])
    kind: Literal["folder", "parquet"] = "folder" if found["kind"] == "folder" else "parquet"
    last = path.name if kind == "folder" else path.stem
    return OwnImages(found["name"] or re.sub(r"[^\w-]+", "_", last) or "images", kind, path)


def is_domain(asked: str) -> bool:
    """Whether a text asks for a domain: names become parts of file names, so that they hold no path."""
    own = own_images(asked)
    return _NAME.fullmatch(asked) is not None if own is None else _is_path(str(own.path))


def _is_path(text: str) -> bool:
    """Whether a file could be there: YAML can write texts that no file system takes."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def name_of(asked: str) -> str:
    """The short name of a domain, whatever way it is asked for; a short name's is itself."""
    own = own_images(asked)
    return asked if own is None else own.name


def with_full_path(asked: str) -> str:
    """The same domain, asked for in a way that means the same in every working directory."""
    own = own_images(asked)
    if own is None:
        return asked
    path = own.path.expanduser().resolve()
    named = asked.partition("=")[0] if asked.startswith(f"{own.name}={own.kind}:") else None
    return f"{own.kind}:{path}" if named is None else f"{named}={own.kind}:{path}"
