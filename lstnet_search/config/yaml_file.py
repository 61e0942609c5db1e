"""YAML files that a user wrote, with one message for whatever is wrong with them."""

from pathlib import Path
from typing import Any

import yaml
from yaml.composer import ComposerError

from lstnet_search.config.errors import InputError, show


class _UniqueKeys(yaml.SafeLoader):
    """PyYAML's safe loader, which would silently keep the last of two equal keys."""

    def compose_mapping_node(self, anchor: dict[Any, yaml.Node]) -> yaml.MappingNode:
        """Compose a mapping; checked here, for later merges (`<<`) may well repeat a key."""
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise ComposerError(None, None, f"{show(key.value)} stands there twice", key.start_mark)
                seen.add(key.value)
        return node


def read_yaml(path: Path, kind: str, option: str) -> Any:
    """Read one YAML document, safely: plain data only, and no key twice.

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
    try:
        return _load(text)
    except RecursionError:
        raise InputError(f"{path} is nested too deeply; write one line a setting") from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        reason = " ".join(f"{error.context or ''} {error.problem}".split())
        raise InputError(f"{path} is not YAML{line}: {reason}; mend it there") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path} is not YAML: {' '.join(str(error).split())}; mend it there") from None
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # What PyYAML raises on values such as `2001-99-99` and `!!int ''`.
        raise InputError(f"{path} holds a value that YAML cannot read: {error}; quote or mend it") from None


def _load(text: str) -> Any:
    loader = _UniqueKeys(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()
