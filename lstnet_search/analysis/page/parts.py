"""What sections of the page consist of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Text:
    """A paragraph; a quiet one is a remark."""

    kind: ClassVar = "text"
    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Missing:
    """Something that the study does not have: what, and how to get it."""

    kind: ClassVar = "missing"
    what: str
    how: str
    command: str = ""


@dataclass(frozen=True)
class Row:
    """Cells of a table, and what marks the row: `best`, `paper`, `baseline` or nothing."""

    cells: Sequence[str]
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under headings; the first so many columns are words, the others figures."""

    kind: ClassVar = "table"
    caption: str
    headings: Sequence[str]
    rows: Sequence[Row]
    words: int = 1
    wraps: bool = False
    """Whether long words are broken rather than the table made wider than a phone."""


@dataclass(frozen=True)
class Plot:
    """A figure that Plotly draws: its data and layout, in words what it shows."""

    name: str
    caption: str
    figure: dict[str, Any]
    height: int = 380


@dataclass(frozen=True)
class Plots:
    """Figures below each other, or small ones side by side."""

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
    """Pictures side by side where there is room."""

    kind: ClassVar = "pictures"
    title: str
    pictures: Sequence[Picture]
    columns: int = 2


@dataclass(frozen=True)
class Listing:
    """Text as it is, such as a command or a file; a folded one is opened by a click."""

    kind: ClassVar = "listing"
    title: str
    text: str
    folded: bool = False


Part = Text | Missing | Table | Plots | Pictures | Listing


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    name: str
    title: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Verdict:
    """What the page says first.

    Attributes:
        badge: in a word or two, how far it can be trusted.
        tone: `good`, `bad`, `neutral` or `open`, which decides the colour.
        sentence: for people.
        remarks: on what it rests.
        figures: name and value of the few numbers that matter.
        missing: what would make it a better one.
    """

    badge: str
    tone: str
    sentence: str
    remarks: Sequence[str] = ()
    figures: Sequence[tuple[str, str]] = ()
    missing: Missing | None = field(default=None)
