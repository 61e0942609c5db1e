"""A hook of MkDocs: a map of the package, one line per module, made from the docstrings while the site is built."""

import ast
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PACKAGE = Path(__file__).parents[2] / "lstnet_search"
_RULES = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
_LAYERS = [name for layer in _RULES["contracts"][0]["layers"] for name in layer.split(" | ")]
ROOMS = [name for name in _LAYERS if (PACKAGE / name).is_dir()]
"""Rooms in the order of the import contract, the outermost first: each imports only from those after it."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page."""
    files.append(File.generated(config, "reference/modules.md", content="\n".join(_page())))
    return files


def _page() -> Iterator[str]:
    yield "# Map of the code\n"
    yield "One line per module. A room imports only from rooms that come after it.\n"
    for room in ROOMS:
        yield f"## {room}\n\n{_summary(PACKAGE / room / '__init__.py')}\n"
        yield "| module | what is in it |\n|---|---|"
        for path in sorted((PACKAGE / room).rglob("*.py")):
            if path.name != "__init__.py":
                name = ".".join(path.relative_to(PACKAGE / room).with_suffix("").parts)
                yield f"| `{name}` | {_summary(path)} |"
        yield ""


def _summary(path: Path) -> str:
    """The first paragraph of a module's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return escape(" ".join(text.split("\n\n")[0].split()), quote=False).replace("|", "\\|")
