"""Writes matplotlib figures as files."""

import io
from pathlib import Path

from matplotlib.figure import Figure

from lstnet_search.io.atomic import write_whole


def save_figure(figure: Figure, path: Path, dpi: int = 110) -> None:
    """Write a figure as PNG atomically; make its folder if needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, as_png(figure, dpi))


def as_png(figure: Figure, dpi: int = 110) -> bytes:
    """A figure as the content of a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()
