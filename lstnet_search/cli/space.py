"""`space show`: what a space file means."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from lstnet_search.cli import options
from lstnet_search.cli.app import make_app
from lstnet_search.config import METHODS, Space
from lstnet_search.config.space.describe import redundancy, setting_lines

app = make_app("Look at search spaces.")


@app.callback()
def _group() -> None:
    """Look at search spaces."""  # keeps `show` a word of its own while it is the only command


@app.command("show")
def show(
    file: Annotated[Path, typer.Argument(help="A space file, such as search_spaces/tied.yaml.")],
    method: options.MethodOption = None,
) -> None:
    """Print the settings of a space with their ranges, and how many dimensions are free."""
    of = METHODS[method or "lstnet"]
    space = Space.read(file, of)
    table = Table()
    for heading in ("setting", "values", "paper"):
        table.add_column(heading, overflow="fold")
    for name, values in setting_lines(space, of):
        value = of.model_fields[name].default
        table.add_row(name, values, f"{value:g}" if isinstance(value, float) else str(value))
    console = options.console()
    console.print(f"{file}: {_count(space.dimensions)}", markup=False, highlight=False)
    console.print(table)
    console.print("Other settings keep the preset's values.")
    if sentence := redundancy(space):
        console.print(sentence)


def _count(dimensions: int) -> str:
    return f"{dimensions} free {'dimension' if dimensions == 1 else 'dimensions'}"
