"""The parts of a page: sections of text, tables, figures and pictures, and the headline of a report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from lstnet_search.analysis.figures.plot import Plot


@dataclass(frozen=True)
class Text:
    """A paragraph, or a remark in smaller grey letters if `quiet`."""

    kind: ClassVar = "text"
    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Missing:
    """Something that the study lacks: what it is, how to get it, and the command that does so."""

    kind: ClassVar = "missing"
    what: str
    how: str
    command: str = ""


@dataclass(frozen=True)
class Row:
    """The cells of a row, and its highlight: `best`, `paper`, `baseline` or nothing."""

    cells: Sequence[str]
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under headings.

    Attributes:
        caption: what the table shows.
        headings: one per column; all empty for a table without a heading row.
        rows: the rows, from top to bottom.
        words: how many columns on the left hold words; the others hold numbers.
        wraps: whether long words are broken, so that the table is never wider than a phone.
    """

    kind: ClassVar = "table"
    caption: str
    headings: Sequence[str]
    rows: Sequence[Row]
    words: int = 1
    wraps: bool = False


@dataclass(frozen=True)
class Plots:
    """Large figures one below the other, or small ones side by side."""

    kind: ClassVar = "plots"
    plots: Sequence[Plot]
    small: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture as a data URI."""

    uri: str
    caption: str


@dataclass(frozen=True)
class Pictures:
    """Pictures side by side if there is room."""

    kind: ClassVar = "pictures"
    title: str
    pictures: Sequence[Picture]
    columns: int = 2


@dataclass(frozen=True)
class Listing:
    """Text to copy, such as a command or a file. A folded listing opens with a click."""

    kind: ClassVar = "listing"
    title: str
    text: str
    folded: bool = False


Part = Text | Missing | Table | Plots | Pictures | Listing


@dataclass(frozen=True)
class Section:
    """A heading and the parts below it; `name` is unique within the page."""

    name: str
    title: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Headline:
    """The result of a study, which the report shows first.

    Attributes:
        badge: how far the result can be trusted, in a few words.
        tone: `good`, `bad`, `neutral` or `open`, which decides the colour.
        sentence: the result in one sentence.
        remarks: what the result rests on, and its limits.
        figures: names and values of the most important numbers.
        missing: what the study lacks to have a result.
    """

    badge: str
    tone: str
    sentence: str
    remarks: Sequence[str] = ()
    figures: Sequence[tuple[str, str]] = ()
    missing: Missing | None = None
