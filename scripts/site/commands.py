"""A hook of MkDocs: a page per command, made from the command line itself while the site is built."""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from lstnet_search.cli.commands import COMMANDS, load

NAV = "Commands"
"""The entry of the navigation that gets the pages."""
FOLDER = "commands"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the pages in the navigation."""
    pages = [f"{FOLDER}/index.md", *({name: f"{FOLDER}/{name}.md"} for name in COMMANDS)]
    config.nav = [{NAV: pages} if NAV in entry else entry for entry in config.nav or []]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    files.append(File.generated(config, f"{FOLDER}/index.md", content=_index()))
    for name in COMMANDS:
        files.append(File.generated(config, f"{FOLDER}/{name}.md", content="\n".join(_page(name))))
    return files


def _index() -> str:
    """All commands, by the headings of `lstnet-search --help`."""
    lines = ["# Commands", "", "`lstnet-search COMMAND --help` prints the same as these pages."]
    for panel in dict.fromkeys(command.panel for command in COMMANDS.values()):
        lines += ["", f"## {panel}", "", "| command | what it does |", "|---|---|"]
        lines += [
            f"| [`{name}`]({name}.md) | {_words(command.text)} |"
            for name, command in COMMANDS.items()
            if command.panel == panel
        ]
    return "\n".join(lines)


def _page(name: str) -> Iterator[str]:
    command = load(name)
    yield f"# {name}"
    yield from _described(command, f"lstnet-search {name}", "##")
    for below, each in getattr(command, "commands", {}).items():
        yield f"\n## {name} {below}"
        yield from _described(each, f"lstnet-search {name} {below}", "###")


def _described(command: Any, typed: str, heading: str) -> Iterator[str]:
    """What a command does, how it is typed, and its arguments and options under their headings."""
    yield f"\n{_words(command.help or '')}\n"
    context = typer.Context(command, info_name=typed)
    pieces = " ".join(command.collect_usage_pieces(context)).replace("{", "").replace("}", "")
    yield f"```console\n$ {typed} {pieces}\n```\n"
    panels: dict[str, list[str]] = {}
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if parameter.hidden or record is None or parameter.name == "help":
            continue
        panel = parameter.rich_help_panel or f"{parameter.param_type_name.capitalize()}s"
        panels.setdefault(panel, []).append(_entry(*record))
    for panel, entries in sorted(panels.items(), key=lambda item: item[0] not in ("Arguments", "Options")):
        yield f"{heading} {panel}\n"
        yield from entries


def _entry(syntax: str, text: str) -> str:
    """One option as a term and its definition. Types in angle brackets are left out unless they list choices."""
    shown = re.sub(r" <(?:path|list\[Path\]|text|int)>", "", syntax)
    text, _, extra = text.partition("  [")
    defaults = [part for part in extra.rstrip("]").split("; ") if part and not re.match(r"(\d+<=)?x", part)]
    notes = [f"Default: {part.removeprefix('default: ')}." if "default" in part else f"{part}." for part in defaults]
    return f"`{shown}`\n:   {_words(' '.join([text, *notes]))}\n"


def _words(text: str) -> str:
    """Plain text as Markdown."""
    return re.sub(r"([\\`*_\[\]|#])", r"\\\1", escape(text, quote=False))
