"""How every command and script ends: one message and an exit code."""

import errno
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import typer
from typer.exceptions import TyperException

from lstnet_search.errors import InputError, plain
from lstnet_search.io.atomic import UNFINISHED
from lstnet_search.io.secrets import masked

_ADVICE = {
    errno.EACCES: "give one that you may read and write",
    errno.EPERM: "give one that you may read and write",
    errno.EROFS: "give one that can be written to",
    errno.ENAMETOOLONG: "give a shorter one",
    errno.ENOENT: "make it, or give another",
    errno.ENOTDIR: "give one that leads through folders alone",
    errno.EISDIR: "give the path of a file",
    errno.EEXIST: "give another",
}
"""What to do about a path, by what the file system says of it; of a bug of ours it says something else."""


def make_app(text: str | None = None) -> typer.Typer:
    """An app whose help is plain text and whose errors are ours."""
    return typer.Typer(help=text, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def run_app(app: typer.Typer, arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit: 0 done, 2 bad input with one message on stderr, 128 + signal after one.

    Args:
        app: with the commands.
        arguments: of the command line; None for the process's own.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names of files may hold what is no text
    try:
        code = app(args=arguments, standalone_mode=False)
    except InputError as error:
        _refuse(str(error))
    except OSError as error:
        path = error.filename2 or error.filename
        if error.errno not in _ADVICE or not isinstance(path, str | bytes):
            raise
        _refuse(f"{_asked(os.fsdecode(path))}: {error.strerror}; {_ADVICE[error.errno]}")
    except TyperException as error:
        _refuse(error.format_message() if hasattr(error, "format_message") else str(error))
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        sys.exit(130)
    sys.exit(code or 0)


def run_script(command: Callable[..., Any]) -> NoReturn:
    """Run a script that is one command."""
    app = make_app()
    app.command()(command)
    run_app(app)


def _asked(path: str) -> str:
    """The path that a user knows: of a file that is being written, its folder."""
    folder, name = os.path.split(path)
    return folder or "." if UNFINISHED.fullmatch(name) else path


def _refuse(message: str) -> NoReturn:
    print(f"error: {plain(masked(message))}", file=sys.stderr)
    sys.exit(2)
