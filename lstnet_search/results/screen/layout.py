"""Tables as lines of text that fit the width of a screen: columns that matter less are left out."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

GAP = "  "
CUT = "…"
LEAST_FLEXIBLE = 15
"""The least room for texts that may be cut, unless they are shorter."""
LONGEST_NAME = 14
"""Most columns of a domain's name in a heading."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        heading: what stands above it.
        cells: one text per row.
        keep: columns with the smallest number are left out first where there is no room.
        left: whether texts begin at the left; numbers do not.
        flexible: whether texts that do not fit are cut after a word; for the last column only.
    """

    heading: str
    cells: Sequence[str]
    keep: int = 9
    left: bool = False
    flexible: bool = False

    @property
    def width(self) -> int:
        """Columns of the screen that its longest text takes."""
        return max(map(cell_len, [self.heading, *self.cells]))


def table(columns: Sequence[Column], width: int) -> list[str]:
    """The heading and one line per row. They fit the width unless the most important column alone is wider."""
    shown = [column for column in columns if column.flexible or column.heading or any(column.cells)]
    while len(shown) > 1 and _least_width(shown) > width:
        shown.remove(min(shown, key=lambda column: column.keep))
    room = width - sum(column.width + len(GAP) for column in shown if not column.flexible)
    widths = [min(column.width, room) if column.flexible else column.width for column in shown]
    rows = zip(*([column.heading, *column.cells] for column in shown), strict=True)
    return [
        GAP.join(_padded(text, column, size) for text, column, size in zip(row, shown, widths, strict=True)).rstrip()
        for row in rows
    ]


def _least_width(columns: Sequence[Column]) -> int:
    """The width of a table whose flexible columns are as narrow as they may be."""
    widths = [min(column.width, LEAST_FLEXIBLE) if column.flexible else column.width for column in columns]
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _padded(text: str, column: Column, width: int) -> str:
    text = cut(text, width)
    room = " " * (width - cell_len(text))
    return text + room if column.left or column.flexible else room + text


def cut(text: str, width: int) -> str:
    """A text cut to a width: after a word, or within the first word if that alone is too long."""
    if cell_len(text) <= width:
        return text
    words, line = text.split(" "), ""
    for word in words:
        longer = f"{line} {word}" if line else word
        if cell_len(longer + " " + CUT) > width:
            break
        line = longer
    return f"{line} {CUT}" if line else cut_name(text, width)


def cut_name(name: str, width: int = LONGEST_NAME) -> str:
    """A name cut to a width."""
    if cell_len(name) <= width:
        return name
    return set_cell_size(name, max(0, width - 1)).rstrip() + CUT


def arrows(directions: Sequence[str]) -> list[str]:
    """The headings of both directions, named after the domain that images are translated to."""
    first, second = directions
    for index in range(1, len(first)):
        a, b = first[:index], first[index + len("_to_") :]
        if first[index:].startswith("_to_") and second == f"{b}_to_{a}":
            return [f"→{cut_name(b)}", f"→{cut_name(a)}"]
    return [cut_name(each) for each in directions]


def pair(domains: Sequence[str], width: int = 2 * LONGEST_NAME + 3) -> str:
    """Both domains: `mnist ⇄ usps`."""
    return " ⇄ ".join(cut_name(each, (width - 3) // 2) for each in domains)
