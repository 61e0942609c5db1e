"""The console that commands print tables and messages on."""

from rich.console import Console


def console() -> Console:
    """A console that prints markup literally. If it is not a terminal, it is 200 columns wide and without colour."""
    terminal = Console(markup=False, emoji=False)
    return terminal if terminal.is_terminal else Console(width=200, no_color=True, markup=False, emoji=False)
