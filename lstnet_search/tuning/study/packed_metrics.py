"""Mappings from names to numbers in little memory: a search keeps one for each report of each trial."""

from array import array
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Self


class Packed(Mapping[str, float]):
    """A mapping to floats that never changes; those that have the same names in the same order share them."""

    __slots__ = ("_places", "_values")

    def __init__(self, content: Mapping[str, float]) -> None:
        """Take over names and numbers."""
        self._places = _places(tuple(content))
        self._values = array("d", content.values())

    def __getitem__(self, name: str) -> float:
        return self._values[self._places[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Packed({dict(self)})"

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


def packed(content: Any) -> Any:
    """A dictionary of floats packed; anything else as it is."""
    if isinstance(content, dict) and content and all(type(value) is float for value in content.values()):
        return Packed(content)
    return content


@lru_cache
def _places(names: tuple[str, ...]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}
