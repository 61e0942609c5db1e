"""The commands of `docs/cluster.md`."""

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "cluster.md"


@dataclass(frozen=True)
class Command:
    """A command of the page.

    Attributes:
        section: heading above it.
        where: name before the prompt; empty if any machine will do.
        text: the command on one line.
    """

    section: str
    where: str
    text: str


def commands() -> list[Command]:
    """The commands of the page, in the page's order."""
    found: list[Command] = []
    for part in re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]:
        section = part.partition("\n")[0]
        for block in re.findall(r"^```console\n(.*?)^```", part, re.MULTILINE | re.DOTALL):
            for line in re.sub(r" \\\n\s*", " ", block).splitlines():
                if prompt := re.match(r"(\w*)\$ (.*)", line):
                    found.append(Command(section, prompt[1], prompt[2]))
    return found


def of_section(section: str) -> list[Command]:
    """The commands of a section."""
    return [command for command in commands() if command.section == section]
