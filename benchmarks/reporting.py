"""What benchmarks share for their results: options, tables, and JSON files that say what made them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import JustifyMethod
from rich.table import Table

from lstnet_search.results.folder.provenance import provenance

OutputFile = Annotated[Path | None, typer.Option(help="JSON file to write.")]
ProcessorTime = Annotated[
    bool, typer.Option("--processor-time", help="Measure the time of the processor instead of the clock.")
]
DataDir = Annotated[Path | None, typer.Option(help="Folder of the full data. Default: the bundled images.")]


def write_json(path: Path | None, result: dict[str, Any]) -> None:
    """Write a result with its provenance, or nothing if there is no path."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result | provenance(), indent=2) + "\n")


def continued(path: Path, about: dict[str, Any], rows: str) -> dict[str, Any]:
    """What an earlier run of a benchmark wrote, with its rows under the given key; none if there is no such file."""
    done: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"about": about, rows: []}
    if done["about"] != about:
        raise SystemExit(f"{path} holds {done['about']}, not {about}; choose another --output")
    return done


def empty_table(title: str, headings: Iterable[str], justify: JustifyMethod = "left") -> Table:
    """A table with a title and columns, without rows."""
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, no_wrap=True, justify=justify)
    return table
