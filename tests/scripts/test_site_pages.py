"""Pages of the documentation that are made from the code."""

import re
import runpy
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from lstnet_search.cli.commands import COMMANDS, load
from lstnet_search.config import LSTNetConfig

SITE = Path(__file__).parents[2] / "scripts" / "site"


def text(lines: Iterable[str]) -> str:
    return "\n".join(lines)


@pytest.fixture(scope="module")
def commands() -> dict[str, Any]:
    return runpy.run_path(str(SITE / "commands.py"))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_commands_page_has_its_sentence_and_every_option_that_its_help_has(
    name: str, commands: dict[str, Any]
) -> None:
    page = text(commands["_page"](name))
    assert page.startswith(f"# {name}\n")
    assert COMMANDS[name].text in page.replace("\\", "")
    command = load(name)
    for each in (command, *getattr(command, "commands", {}).values()):
        for parameter in each.params:
            if not parameter.hidden and parameter.opts[0].startswith("--"):
                assert re.search(rf"^`{parameter.opts[0]}[ `]", page, re.MULTILINE), parameter.opts


def test_a_page_says_what_is_typed_and_puts_everyday_options_first(commands: dict[str, Any]) -> None:
    page = text(commands["_page"]("confirm"))
    assert "$ lstnet-search confirm [OPTIONS] FOLDER\n" in page
    assert "`FOLDER`\n:   A results folder, or the name of a study in results/. required.\n" in page
    assert "`--top N`\n:   How many of the best trials to train, besides the paper's weights. Default: 3.\n" in page
    headings = re.findall(r"^## (.*)", page, re.MULTILINE)
    assert headings == ["Arguments", "Options", "Resources", "Data", "Advanced"]


def test_a_group_has_its_commands_on_one_page(commands: dict[str, Any]) -> None:
    page = text(commands["_page"]("data"))
    assert all(f"\n## data {name}\n" in page for name in ("fetch", "verify", "describe", "convert", "folder"))


def test_the_list_links_every_command(commands: dict[str, Any]) -> None:
    assert all(f"[`{name}`]({name}.md)" in commands["_index"]() for name in COMMANDS)


def test_characters_that_markdown_would_take_for_markup_are_escaped(commands: dict[str, Any]) -> None:
    assert commands["_words"]("a_b *c* <d> [e]") == r"a\_b \*c\* &lt;d&gt; \[e\]"


def test_settings_have_their_values_and_meanings() -> None:
    page = text(runpy.run_path(str(SITE / "settings.py"))["_page"]())
    assert all(f"| `{name}` | `{getattr(LSTNetConfig(), name)}` |" in page for name in LSTNetConfig.weight_names)
    assert "| `domains` | `mnist, usps` | As the user named them" in page
    assert "| `sides` |  | Height and width" in page


def test_the_map_has_a_line_for_every_module() -> None:
    page = text(runpy.run_path(str(SITE / "modules.py"))["_page"]())
    package = SITE.parents[1] / "lstnet_search"
    rooms = {path.parent.name for path in package.glob("*/__init__.py")}
    headings = re.findall(r"^## (\w+)", page, re.MULTILINE)
    assert set(headings) == rooms
    assert headings.index("cli") < headings.index("api") < headings.index("analysis") < headings.index("io")
    modules = [path for path in package.rglob("*/*.py") if path.name != "__init__.py"]
    assert len(re.findall(r"^\| `[\w.]+` \| \S", page, re.MULTILINE)) == len(modules)
