"""The parts of a page: sections of text, tables, figures and pictures, and the first screen of a report."""

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
    """Something that the study lacks: what it is, how to get it, and the command for that."""

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


@dataclass(frozen=True)
class Terms:
    """Terms of a section and what they mean."""

    kind: ClassVar = "terms"
    entries: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Bar:
    """A value as a bar; lengths are shares of the axis.

    Attributes:
        name: what has this value.
        meaning: `best`, `published`, `baseline` or `other`, which decides the colour.
        text: the value.
        length: the length of the bar.
        interval: the ends of the 95 % interval, or None if it is not known.
        published: where the paper's value lies, or None.
    """

    name: str
    meaning: str
    text: str
    length: float
    interval: tuple[float, float] | None = None
    published: float | None = None


@dataclass(frozen=True)
class Bars:
    """Bars below each other.

    Attributes:
        caption: what they show.
        bars: the bars, from top to bottom.
        ticks: places on the axis, as shares of it, and their texts.
    """

    kind: ClassVar = "bars"
    caption: str
    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True)
class Weight:
    """A weight: its symbol, what it rewards, its value, and its ratio to the paper's."""

    symbol: str
    meaning: str
    value: str
    times: str


@dataclass(frozen=True)
class Weights:
    """The weights of a trial, also as text to copy."""

    title: str
    weights: Sequence[Weight]
    copied: str


@dataclass(frozen=True)
class Read:
    """An image, its translation, both as data URIs, and how the translation was labelled.

    Attributes:
        image: the image.
        translation: its translation.
        label: the label that the translation got.
        truth: the true label; empty if it is not known.
    """

    image: str
    translation: str
    label: str
    truth: str

    @property
    def wrong(self) -> bool:
        """Whether the label is known to be wrong."""
        return self.truth not in ("", self.label)


@dataclass(frozen=True)
class Strip:
    """Images side by side with their translations."""

    caption: str
    source: str
    target: str
    read: Sequence[Read]


Part = Text | Missing | Table | Plots | Pictures | Listing | Terms | Bars


@dataclass(frozen=True)
class Section:
    """A heading and the parts below it.

    Attributes:
        name: a name that is unique within the page.
        title: the heading.
        parts: what is below it.
        short: the text of the link to it; empty for the heading.
    """

    name: str
    title: str
    parts: Sequence[Part]
    short: str = ""


@dataclass(frozen=True)
class Headline:
    """The first screen of a report: the result, what it rests on, and what to do next.

    Attributes:
        badge: how far the result can be trusted, in a few words.
        tone: `good`, `bad`, `neutral` or `open`, which decides the colour.
        sentence: the result in one sentence.
        sure: what the result rests on, and its limits.
        now: what to do next, with a command to copy.
        effort: how much was searched, in a line.
        bars: the result as bars.
        weights: the weights of the best trial.
        strip: images and their translations by the best trial.
    """

    badge: str
    tone: str
    sentence: str
    sure: Sequence[str]
    now: Missing
    effort: str
    bars: Bars | None = None
    weights: Weights | None = None
    strip: Strip | None = None
