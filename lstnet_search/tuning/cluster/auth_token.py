"""The token of a Ray cluster that this machine starts. It is created once, readable by its user only."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from lstnet_search.errors import InputError
from lstnet_search.results.folder.storage import masked_error

TOKEN_FILE = "~/.ray/auth_token"  # noqa: S105  # nosec B105  # where Ray looks for it, not what it contains


def requires_token(environment: Mapping[str, str]) -> bool:
    """Whether a cluster that starts with these variables accepts only those who have its token."""
    return environment.get("RAY_AUTH_MODE", "token").lower() == "token"


def ensure_private_token(environment: Mapping[str, str]) -> None:
    """Create the token's file if it is missing, and let only its owner read it.

    Ray would let every user of the machine read it, and so run code as its owner. And if two clusters started at once,
    each would write a file, and the second would lock out the users of the first.

    Args:
        environment: variables of this process. If they give another token or turn tokens off, nothing happens.

    Raises:
        InputError: if the file cannot be created.
    """
    given = environment.get("RAY_AUTH_TOKEN") or environment.get("RAY_AUTH_TOKEN_PATH")
    if given or not requires_token(environment):
        return
    file = Path(TOKEN_FILE).expanduser()
    if not file.is_file():
        try:
            _create(file)
        except OSError as error:
            raise InputError(
                f"the token of Ray's cluster cannot be written to {file}: {masked_error(error)}; "
                "make its folder writable, or set RAY_AUTH_TOKEN"
            ) from None
    if file.stat().st_mode & 0o077:
        with suppress(PermissionError):  # another user owns it and lets this one read it
            file.chmod(0o600)


def _create(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent)  # readable by its owner only
    try:
        with os.fdopen(handle, "w") as stream:
            stream.write(secrets.token_hex(32))
        with suppress(FileExistsError):  # another search was faster, and its token counts
            os.link(temporary, file)
    finally:
        os.unlink(temporary)
