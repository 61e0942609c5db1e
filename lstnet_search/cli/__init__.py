"""The command line: options become settings, errors become one message and an exit code."""

import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from lstnet_search.cli import folders, search, train
from lstnet_search.config import InputError

app = typer.Typer(
    help="Search the loss weights of LSTNet, an unsupervised image translation network.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("search")(search.search)
app.command("train")(train.train)
app.command("export")(folders.export)
app.command("status")(folders.status)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, 2 bad input with one message on stderr, 128 + signal after one."""
    try:
        code = app(args=arguments, standalone_mode=False)
    except InputError as error:
        _refuse(str(error))
    except TyperException as error:
        _refuse(error.format_message() if hasattr(error, "format_message") else str(error))
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        sys.exit(130)
    sys.exit(code or 0)


def _refuse(message: str) -> None:
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)
