"""The token of a Ray cluster that this machine starts: made once, and for its user's eyes alone."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from lstnet_search.errors import InputError
from lstnet_search.results.folder.storage import sentence

TOKEN_FILE = "~/.ray/auth_token"  # noqa: S105  # nosec B105  # Ray's place for it, not what is in it


def asks_for_token(environment: Mapping[str, str]) -> bool:
    """Whether a cluster that starts with these variables lets in only those who have its token."""
    return environment.get("RAY_AUTH_MODE", "token").lower() == "token"


def keep_token_private(environment: Mapping[str, str]) -> None:
    """See that the token's file is there, and that nobody but its owner reads it.

    Ray makes it readable by all users of the machine, each of whom could then run code as its owner; and of two
    clusters that start at once each would write one, of which the second locks the first's users out.

    Args:
        environment: variables of this process; where they give another token, or turn it off, nothing is done.

    Raises:
        InputError: if it cannot be made.
    """
    given = environment.get("RAY_AUTH_TOKEN") or environment.get("RAY_AUTH_TOKEN_PATH")
    if given or not asks_for_token(environment):
        return
    file = Path(TOKEN_FILE).expanduser()
    if not file.is_file():
        try:
            _make(file)
        except OSError as error:
            raise InputError(
                f"the token of Ray's cluster cannot be written to {file}: {sentence(error)}; "
                "make its folder writable, or give one as RAY_AUTH_TOKEN"
            ) from None
    if file.stat().st_mode & 0o077:
        with suppress(PermissionError):  # it is another user's, who gave it to this one
            file.chmod(0o600)


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(dir=file.parent)  # for its owner alone
    try:
        with os.fdopen(handle, "w") as stream:
            stream.write(secrets.token_hex(32))
        with suppress(FileExistsError):  # another search was faster: its token is the one
            os.link(made, file)
    finally:
        os.unlink(made)
