"""Versions of file formats: a file of another version is refused, whatever else it holds."""

from typing import Any

from lstnet_search.errors import InputError, VersionError, show


def check_version(content: Any, version: int, where: str, alternative: str = "") -> dict[str, Any]:
    """Check that a file's content is a mapping with the right `format_version`, and return it.

    Args:
        content: the parsed file.
        version: the version that this tool reads.
        where: the file's name, used in error messages.
        alternative: what else the user can do, such as "remove it".

    Raises:
        VersionError: if it has another version.
        InputError: if it has none.
    """
    found = content.get("format_version") if isinstance(content, dict) else None
    if type(found) is not int or found != version:
        kind = VersionError if type(found) is int else InputError
        raise kind(
            f"{where} has format_version {show(found)}; this version reads {version}: "
            f"use the version of the tool that wrote it{f', or {alternative}' if alternative else ''}"
        )
    return dict(content)
