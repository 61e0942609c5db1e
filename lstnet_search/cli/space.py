"""`space show`: prints what a space file means."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from lstnet_search.cli.app import App
from lstnet_search.cli.options import common
from lstnet_search.cli.options.spaces import find_space
from lstnet_search.config import METHODS, Space
from lstnet_search.config.space.describe import redundancy, setting_lines
from lstnet_search.io.console import console

app = App("Look at search spaces.")


@app.callback()
def _group() -> None:
    """Look at search spaces."""  # without a callback, Typer would drop the name of a single command


@app.command("show")
def show(
    space: Annotated[
        Path, typer.Argument(metavar="SPACE", help="A space file, or the name of a shipped space, such as tied.")
    ],
    method: common.MethodOption = None,
) -> None:
    """Print the settings of a space with their ranges, and how many dimensions it has."""
    settings = METHODS[method or "lstnet"]
    content = Space.read(find_space(space), settings)
    table = Table()
    for heading in ("setting", "values", "paper"):
        table.add_column(heading, overflow="fold")
    for name, values in setting_lines(content, settings):
        value = settings.model_fields[name].default
        table.add_row(name, values, f"{value:g}" if isinstance(value, float) else str(value))
    dimensions = content.dimensions
    out = console()
    out.print(
        f"{space}: {dimensions} free {'dimension' if dimensions == 1 else 'dimensions'}", markup=False, highlight=False
    )
    out.print(table)
    out.print("Other settings keep the preset's values.")
    if note := redundancy(content):
        out.print(note)
