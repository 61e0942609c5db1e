"""Finds the files that a user's location names: a folder, a file, a pattern or a remote address."""

import glob
from pathlib import Path

from lstnet_search.config.domain_names import is_remote
from lstnet_search.domains.formats.other_trees import RemoteTree, ZipTree
from lstnet_search.domains.formats.trees import FileTree, LocalTree
from lstnet_search.errors import InputError

ALLOWED = "a folder of images, a Parquet file, or another file that holds images"


def check_exists(location: str, where: str, allowed: str = ALLOWED) -> None:
    """Check that a location exists on this machine, without looking inside. Remote ones are not checked.

    Args:
        location: as for `open_tree`.
        where: the location as the user wrote it, for messages.
        allowed: what to give instead, for messages.

    Raises:
        InputError: if it does not exist.
    """
    if is_remote(location) or Path(location).exists() or any(glob.iglob(location, recursive=True)):
        return
    if _is_pattern(location):
        raise InputError(f"{where} matches no file; correct the pattern, or give {allowed}")
    raise InputError(f"{where} does not exist; give {allowed}")


def open_tree(location: str, where: str) -> FileTree:
    """The files that a location names.

    Args:
        location: a folder; a file; a zip file; a pattern such as `shards/train-*.parquet`; or an address such as
            `s3://BUCKET/FOLDER`. `~` and `file://` must be resolved already.
        where: the location as the user wrote it, for messages.

    Raises:
        InputError: if there is nothing, or it cannot be read.
    """
    if is_remote(location):
        return RemoteTree(location, where)
    path = Path(location)
    if path.is_dir():
        return LocalTree(path, where)
    if path.is_file():
        return ZipTree(path, where) if path.suffix.lower() == ".zip" else LocalTree(path.parent, where, [path])
    check_exists(location, where)
    if path.exists():
        raise InputError(f"{where} is neither a folder nor a file; give {ALLOWED}")
    found = sorted(map(Path, glob.iglob(location, recursive=True)))
    return LocalTree(_fixed(path), where, found)


def folder_of(location: str) -> Path | None:
    """The folder on this machine whose images a location names; None for a file or a remote address."""
    if is_remote(location):
        return None
    path = Path(location)
    if not path.exists() and _is_pattern(location):
        path = _fixed(path)
    return path.resolve() if path.is_dir() else None


def _is_pattern(location: str) -> bool:
    return bool(set(location) & set("*?["))


def _fixed(pattern: Path) -> Path:
    """The folder above the first part of a pattern that is not a plain name."""
    plain = []
    for part in pattern.parts:
        if _is_pattern(part):
            break
        plain.append(part)
    return Path(*plain)
