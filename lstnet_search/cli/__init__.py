"""The command line: turns options into settings, and an error into one message and an exit code.

`commands` lists the commands; each is imported only when it is called, so that the help appears at once.
"""

import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None, command: str | None = None) -> NoReturn:
    """Run the program and exit; `app.run_app` lists the exit codes.

    Args:
        arguments: The arguments, or None for those of this process.
        command: The only command of a script such as `run_search.py`; None for all commands.
    """
    interrupted = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        interrupted = True
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    try:
        from lstnet_search.cli.app import run_app
        from lstnet_search.cli.commands import app, load

        run_app(app if command is None else load(command), arguments)
    except BaseException:  # some imports turn a KeyboardInterrupt into another error
        if not interrupted:
            raise
        print("stopped", file=sys.stderr)
        sys.exit(130)
    finally:
        if signal.getsignal(signal.SIGINT) is interrupt:
            signal.signal(signal.SIGINT, signal.default_int_handler)
