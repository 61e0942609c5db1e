"""The console that commands print to, its width, and line breaks that keep words of sentences and commands whole."""

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.cells import cell_len
from rich.console import Console

PIPE_WIDTH = 80
CONTINUATION = " \\"


class _Console(Console):
    """A console that goes silent once its reader is gone, such as a `tee` that Ctrl-C or a hangup also ended.

    Rich would exit instead, but a search must still stop cleanly and write its results.
    """

    def on_broken_pipe(self) -> None:
        self.quiet = True
        with open(os.devnull, "w") as null:
            os.dup2(null.fileno(), sys.stdout.fileno())


def console() -> Console:
    """A console that prints markup literally. If it is not a terminal, it is 200 columns wide and without colour."""
    terminal = _Console(markup=False, emoji=False)
    return terminal if terminal.is_terminal else _Console(width=200, no_color=True, markup=False, emoji=False)


def screen_width(out: Console) -> int:
    """The width, in columns, of tables and text: the terminal's; elsewhere 80, unless COLUMNS sets another."""
    if out.is_terminal:
        return out.width
    given = os.environ.get("COLUMNS", "")
    return int(given) if given.isdecimal() and int(given) else PIPE_WIDTH


@contextmanager
def starting(out: Console) -> Iterator[None]:
    """On a terminal, show activity while options are checked and packages are imported."""
    if not out.is_interactive:
        yield
        return
    with out.status("starting", spinner="line"):
        yield


def say(out: Console, line: str, style: str | None = None) -> None:
    """Print a sentence: broken between words on a terminal, in one line elsewhere, where programs may search for it."""
    lines = [each for one in line.split("\n") for each in wrapped(one, out.width)] if out.is_terminal else [line]
    for each in lines:
        out.print(each, style=style, markup=False, highlight=False, soft_wrap=True)


def say_command(out: Console, sentence: str, command: str) -> None:
    """Print a sentence and the command that it ends with. A command of several lines can be pasted as it is."""
    lines = sentence_and_command(sentence, command, out.width) if out.is_terminal else [f"{sentence}: {command}"]
    for each in lines:
        out.print(each, markup=False, highlight=False, soft_wrap=True)


def sentence_and_command(sentence: str, command: str, width: int) -> list[str]:
    """A sentence and the command that it ends with, on one line if they fit."""
    whole = f"{sentence}: {command}"
    return [whole] if cell_len(whole) <= width else [*wrapped(f"{sentence}:", width), *command_lines(command, width)]


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Lines of at most a width, broken between words. A longer word, such as a path, has a line of its own.

    Args:
        text: words; several spaces between two of them are kept within a line.
        width: columns of a line.
        indent: what each line after the first begins with.
    """
    lines, line = [], ""
    for gap, word in _words(text):
        if line.strip() and cell_len(line + gap + word) > width:
            lines.append(line)
            line = indent + word
        else:
            line += gap + word
    return [*lines, line]


def command_lines(command: str, width: int, indent: str = "  ") -> list[str]:
    """A command in lines of at most a width, if possible, each but the last ending with a backslash."""
    lines, line = [], indent
    for word in map(shlex.quote, shlex.split(command)):
        if line.strip() and cell_len(line + word + CONTINUATION) + 1 > width:
            lines.append(line.rstrip() + CONTINUATION)
            line = 2 * indent
        line += word + " "
    return [*lines, line.rstrip()]


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Each word of a text with the spaces before it."""
    gap = ""
    for index, word in enumerate(text.split(" ")):
        gap += " " if index else ""
        if word:
            yield gap, word
            gap = ""
