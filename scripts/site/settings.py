"""A hook of MkDocs: tables of the settings of a training, made from their classes while the site is built."""

import ast
from collections.abc import Iterator
from html import escape
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

CONFIG = Path(__file__).parents[2] / "lstnet_search" / "config"
CLASSES = {
    "trial.py": {"TrialConfig": "All methods"},
    "methods.py": {
        "TranslationConfig": "LSTNet and UNIT",
        "LSTNetConfig": "LSTNet",
        "UNITConfig": "UNIT",
        "CoGANConfig": "CoGAN",
        "DeepJDOTConfig": "DeepJDOT",
        "NoTranslationConfig": "No translation",
    },
}
"""Heading of each class of settings, by file and class."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page."""
    files.append(File.generated(config, "reference/settings.md", content="\n".join(_page())))
    return files


def _page() -> Iterator[str]:
    yield "# Settings\n"
    yield (
        "What a training is made with. Search spaces, `best_config.yaml` and the columns `config/…` use these names; "
        "the values are those of the preset `paper`. What the weights mean is in [Notation](../notation.md).\n"
    )
    for file, headings in CLASSES.items():
        tree = ast.parse((CONFIG / file).read_text(encoding="utf-8"))
        classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        for name, heading in headings.items():
            yield f"## {heading}\n\n| setting | value | meaning |\n|---|---|---|"
            yield from _rows(classes[name])
            yield ""


def _rows(settings: ast.ClassDef) -> Iterator[str]:
    """One row per setting; its meaning is the string below it."""
    for node, following in zip(settings.body, [*settings.body[1:], None], strict=True):
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        annotation = ast.unparse(node.annotation)
        if annotation.startswith("ClassVar"):
            continue
        value = _shown(node.value)
        meaning = ""
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            meaning = escape(" ".join(str(following.value.value).split()), quote=False).replace("|", "\\|")
        yield f"| `{node.target.id}` | {value} | {meaning} |"


def _shown(value: ast.expr | None) -> str:
    """A value as a YAML file has it; nothing for an empty collection."""
    if value is None:
        return ""
    try:
        found = ast.literal_eval(value)
    except ValueError:  # a name, such as a constant of the module
        return f"`{ast.unparse(value)}`"
    if isinstance(found, tuple | dict):
        return f"`{', '.join(map(str, found))}`" if found else ""
    return f"`{str(found).lower() if isinstance(found, bool) else found}`"
