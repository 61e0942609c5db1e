"""Versions of file formats: another one than ours is refused, whatever else the file holds."""

from typing import Any

from lstnet_search.errors import InputError, VersionError, show


def check_version(content: Any, version: int, where: str, otherwise: str = "") -> dict[str, Any]:
    """The content of a file, which must be a mapping of the right `format_version`.

    Args:
        content: of the file.
        version: that this version of the tool reads.
        where: the file, for messages.
        otherwise: what else can be done about it, such as "remove it".

    Raises:
        VersionError: if it has another one.
        InputError: if it has none.
    """
    found = content.get("format_version") if isinstance(content, dict) else None
    if type(found) is not int or found != version:
        advice = f", or {otherwise}" if otherwise else ""
        kind = VersionError if type(found) is int else InputError
        raise kind(
            f"{where} has format_version {show(found)}; this version reads {version}: "
            f"use the version of the tool that wrote it{advice}"
        )
    return dict(content)
