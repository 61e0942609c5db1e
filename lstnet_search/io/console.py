"""The console that commands print tables and messages on."""

import os
import sys

from rich.console import Console


class _Console(Console):
    """A console that prints nowhere once its reader is gone, such as a `tee` that Ctrl-C or a hangup ended too.

    Rich would exit. A search must still stop in order and write its results.
    """

    def on_broken_pipe(self) -> None:
        self.quiet = True
        with open(os.devnull, "w") as null:
            os.dup2(null.fileno(), sys.stdout.fileno())


def console() -> Console:
    """A console that prints markup literally. If it is not a terminal, it is 200 columns wide and without colour."""
    terminal = _Console(markup=False, emoji=False)
    return terminal if terminal.is_terminal else _Console(width=200, no_color=True, markup=False, emoji=False)
