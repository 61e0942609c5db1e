"""Reads tables that are laid out for a screen."""

from collections.abc import Sequence

from rich.cells import cell_len


def cells(lines: Sequence[str]) -> list[list[str]]:
    """The cells of a table, including empty ones. Columns are separated where every line has two spaces."""
    width = max(map(len, lines))
    padded = [line.ljust(width) for line in lines]
    blank = [all(line[index] == " " for line in padded) for index in range(width)]
    starts = [index for index in range(width) if index == 0 or (index > 1 and blank[index - 2] and blank[index - 1])]
    starts = [index for index in starts if not blank[index] or index == 0]
    ends = [*starts[1:], width]
    return [[line[start:end].strip() for start, end in zip(starts, ends, strict=True)] for line in padded]


def check_width(lines: Sequence[str], width: int) -> None:
    """Assert that no line is longer than the screen."""
    assert lines
    for line in lines:
        assert cell_len(line) <= width, f"{cell_len(line)} columns: {line}"
