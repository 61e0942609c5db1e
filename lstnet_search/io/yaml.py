"""YAML files that a user wrote, with one message for whatever is wrong with them."""

from pathlib import Path
from typing import Any

import yaml
from yaml.composer import ComposerError

from lstnet_search.errors import InputError, show


class _UniqueKeys(yaml.SafeLoader):
    """PyYAML's safe loader, which would silently keep the last of two equal keys, and copy what a merge names."""

    def compose_mapping_node(self, anchor: dict[Any, yaml.Node]) -> yaml.MappingNode:
        """Compose a mapping; merges are refused before they are made, for nested ones fill any memory."""
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.tag == "tag:yaml.org,2002:merge":
                    raise ComposerError(None, None, "merges (<<) are not taken, write the settings out", key.start_mark)
                if key.value in seen:
                    raise ComposerError(None, None, f"{show(key.value)} stands there twice", key.start_mark)
                seen.add(key.value)
        return node


def read_yaml(path: Path, kind: str, option: str) -> Any:
    """Read one YAML document, safely: plain data only, no merge, and no key twice.

    Args:
        path: the file.
        kind: what it is, for messages ("space file").
        option: the option that names another ("--space").

    Raises:
        InputError: if the file cannot be read or is not YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(f"the {kind} {path} is not text in UTF-8; give another with {option}") from None
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"cannot read the {kind} {path}: {reason}; give another with {option}") from None
    return parse_yaml(text, str(path))


def parse_yaml(text: str, where: str) -> Any:
    """The one document of a YAML text, read as `read_yaml` does.

    Args:
        text: to read.
        where: the file, for messages.

    Raises:
        InputError: if it is not YAML, or means more than it says by a great deal.
    """
    try:
        content = _load(text)
        values = _written_out(content, {})
    except RecursionError:
        raise InputError(f"{where} is nested too deeply; write one line a setting") from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        reason = " ".join(f"{error.context or ''} {error.problem}".split())
        raise InputError(f"{where} is not YAML{line}: {reason}; mend it there") from None
    except yaml.YAMLError as error:
        raise InputError(f"{where} is not YAML: {' '.join(str(error).split())}; mend it there") from None
    except (AttributeError, LookupError, TypeError, ValueError, OverflowError) as error:
        # What PyYAML raises on values such as `2001-99-99` and `!!int ''`.
        reason = " ".join(str(error).split())
        raise InputError(f"{where} holds a value that YAML cannot read: {reason}; quote or mend it") from None
    if values > MOST_VALUES:
        raise InputError(f"{where} repeats itself by anchors (&, *) into over {MOST_VALUES} values; write them out")
    return content


MOST_VALUES = 1_000_000
"""Of a file, its anchors written out: nested ones double with each line, up to more than any memory."""


def _written_out(content: Any, known: dict[int, int]) -> int:
    """How many values there are where an anchor counts as often as it is used; within itself, as none."""
    if not isinstance(content, dict | list | set | tuple):
        return 1
    if id(content) not in known:
        known[id(content)] = 0
        parts = [*content, *content.values()] if isinstance(content, dict) else content
        known[id(content)] = 1 + sum(_written_out(part, known) for part in parts)
    return known[id(content)]


def _load(text: str) -> Any:
    loader = _UniqueKeys(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()
