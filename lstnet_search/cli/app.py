"""How commands are declared to Typer, and how every command ends: with one message and an exit code."""

import errno
import inspect
import io
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any, NoReturn, TypeVar, get_args

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup
from typer.exceptions import TyperException

from lstnet_search.errors import InputError, plain
from lstnet_search.io.atomic import UNFINISHED
from lstnet_search.io.lookalikes import LOOKALIKE
from lstnet_search.io.program import program
from lstnet_search.io.secrets import masked

Function = TypeVar("Function", bound=Callable[..., Any])

ADVANCED = "Advanced"
"""The help heading for options that few users need; it comes last."""

_ADVICE = {
    errno.EACCES: "give one that you may read and write",
    errno.EPERM: "give one that you may read and write",
    errno.EROFS: "give one that can be written to",
    errno.ENAMETOOLONG: "give a shorter one",
    errno.ENOENT: "make it, or give another",
    errno.ENOTDIR: "give one whose parents are all folders",
    errno.EISDIR: "give the path of a file",
    errno.EEXIST: "give another",
}
"""Advice for a path that the file system refuses, by error number. Other errors than these and `_FULL` end with a
traceback.
"""

_FULL = errno.ENOSPC, errno.EDQUOT
"""Error numbers of a disk or a quota without space."""


class Group(TyperGroup):
    """A group of commands that shows its help when it is called without arguments."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The options, shown without types."""
        return _without_types(super().get_params(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments, or `--help` if there are none."""
        return super().parse_args(ctx, args or ["--help"])


class _Command(TyperCommand):
    def get_params(self, ctx: Any) -> list[Any]:
        return _without_types(super().get_params(ctx))


def _without_types(parameters: list[Any]) -> list[Any]:
    """Hide the types of flags and arguments, where Typer's help would show `<bool>` and `<path>`."""
    for parameter in parameters:
        if isinstance(parameter, TyperArgument) or parameter.is_flag:
            parameter.display_type_rich = lambda ctx: None
    return parameters


class App(typer.Typer):
    """A Typer app whose errors are reported by `run_app`, and whose commands can take groups of options."""

    def __init__(self, text: str | None = None, *, group: type[Group] = Group, completion: bool = False) -> None:
        """Make an app.

        Args:
            text: Help text of a group of commands.
            group: Class of that group.
            completion: Whether shell completion can be installed.
        """
        super().__init__(
            cls=group, help=text, add_completion=completion, rich_markup_mode="rich", pretty_exceptions_enable=False
        )

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Function], Function]:
        """Register a function as a command.

        A parameter whose type is a dataclass stands for one option per field, so that commands can share options.
        """
        register = super().command(name, cls=_Command, **settings)

        def decorate(function: Function) -> Function:
            register(_with_flat_options(function))
            return function

        return decorate


def _with_flat_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with one parameter per option instead of dataclasses."""
    given = inspect.signature(function, eval_str=True).parameters
    groups: dict[str, Any] = {
        name: parameter.annotation for name, parameter in given.items() if is_dataclass(parameter.annotation)
    }
    flat: list[inspect.Parameter] = []
    for name, parameter in given.items():
        flat += inspect.signature(groups[name]).parameters.values() if name in groups else [parameter]
    flat.sort(key=_is_advanced)

    @wraps(function)
    def call(**values: Any) -> Any:
        for name, group in groups.items():
            values[name] = group(**{field.name: values.pop(field.name) for field in fields(group)})
        return function(**values)

    keywords = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in flat]
    call.__signature__ = inspect.Signature(keywords)  # type: ignore[attr-defined]  # Typer reads the options here
    return call


def _is_advanced(parameter: inspect.Parameter) -> bool:
    return any(getattr(about, "rich_help_panel", None) == ADVANCED for about in get_args(parameter.annotation))


def run_app(app: Callable[..., Any], arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit: 0 if done, 2 for bad input, 1 for a full disk, 128 + signal after a signal.

    Bad input and a full disk get one message on stderr.

    Args:
        app: The app.
        arguments: The arguments, or None for those of this process.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors=LOOKALIKE)  # also for file names with bytes that are not text
    try:
        code = app(args=arguments, prog_name=" ".join(program()), standalone_mode=False)
    except InputError as error:
        _refuse(str(error))
    except OSError as error:
        path = error.filename2 or error.filename
        if error.errno in _FULL:
            _end(1, f"the disk is full: {error}; free some space, then run the same command again")
        if error.errno not in _ADVICE or not isinstance(path, str | bytes):
            raise
        _refuse(f"{_given_path(os.fsdecode(path))}: {error.strerror}; {_ADVICE[error.errno]}")
    except TyperException as error:
        _refuse(error.format_message() if hasattr(error, "format_message") else str(error))
    sys.exit(code or 0)


def run_script(command: Callable[..., Any]) -> NoReturn:
    """Run a script that is one command."""
    app = App()
    app.command()(command)
    run_app(app)


def _given_path(path: str) -> str:
    """The path to name in a message. For a temporary file of this program it is the file's folder."""
    folder, name = os.path.split(path)
    return folder or "." if UNFINISHED.fullmatch(name) else path


def _refuse(message: str) -> NoReturn:
    _end(2, message)


def _end(code: int, message: str) -> NoReturn:
    print(f"error: {plain(masked(message))}", file=sys.stderr)
    sys.exit(code)
