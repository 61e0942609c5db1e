"""Reads YAML files that a user wrote. Anything wrong with a file gives one message."""

from pathlib import Path
from typing import Any

import yaml
from yaml.composer import ComposerError

from lstnet_search.errors import InputError, one_line, show

MOST_VALUES = 1_000_000
"""The most values in a file after its anchors are expanded. Nested anchors can double the number with each line."""


def read_yaml(path: Path, kind: str, option: str) -> Any:
    """Read one YAML document safely: plain data, no merge keys, no duplicate keys.

    Args:
        path: the file.
        kind: what error messages call the file ("space file").
        option: the option that names the file ("--space").

    Raises:
        InputError: if the file cannot be read or is not YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(f"the {kind} {path} is not UTF-8 text; give another with {option}") from None
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"cannot read the {kind} {path}: {reason}; give another with {option}") from None
    return parse_yaml(text, str(path))


def parse_yaml(text: str, where: str) -> Any:
    """Parse one YAML document as `read_yaml` does.

    Args:
        text: the document.
        where: the file's name, used in error messages.

    Raises:
        InputError: if it is not YAML, or its anchors expand to more than `MOST_VALUES` values.
    """
    try:
        content = _load(text)
        size = _expanded_size(content, {})
    except RecursionError:
        raise InputError(f"{where} is nested too deeply; write one line per setting") from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        reason = " ".join(f"{error.context or ''} {error.problem}".split())
        raise InputError(f"{where} is not YAML{line}: {reason}; correct it there") from None
    except yaml.YAMLError as error:
        raise InputError(f"{where} is not YAML: {one_line(error)}; correct it there") from None
    except (AttributeError, LookupError, TypeError, ValueError, OverflowError) as error:
        # PyYAML raises these for values such as `2001-99-99` and `!!int ''`.
        raise InputError(f"{where} has a value that YAML cannot read: {one_line(error)}; quote or correct it") from None
    if size > MOST_VALUES:
        raise InputError(f"{where} expands to over {MOST_VALUES} values by anchors (&, *); write the settings out")
    return content


class _UniqueKeys(yaml.SafeLoader):
    """PyYAML's safe loader, which also refuses duplicate keys (it would keep the last silently) and merge keys."""

    def compose_mapping_node(self, anchor: dict[Any, yaml.Node]) -> yaml.MappingNode:
        """Compose a mapping. Merges are refused before they are expanded: nested ones can exhaust the memory."""
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.tag == "tag:yaml.org,2002:merge":
                    reason = "merge keys (<<) are not supported, write the settings out"
                    raise ComposerError(None, None, reason, key.start_mark)
                if key.value in seen:
                    raise ComposerError(None, None, f"the key {show(key.value)} appears twice", key.start_mark)
                seen.add(key.value)
        return node


def _load(text: str) -> Any:
    loader = _UniqueKeys(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def _expanded_size(content: Any, sizes: dict[int, int]) -> int:
    """Count the values in a document; those of an anchor count once per use. `sizes` holds counts by object id."""
    if not isinstance(content, dict | list | set | tuple):
        return 1
    if id(content) not in sizes:
        sizes[id(content)] = 0  # an anchor within itself counts as nothing
        parts = [*content, *content.values()] if isinstance(content, dict) else content
        sizes[id(content)] = 1 + sum(_expanded_size(part, sizes) for part in parts)
    return sizes[id(content)]
