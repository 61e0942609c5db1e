"""Mappings from names to numbers in little memory: a search keeps one for each report of each trial."""

from array import array
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Self


class PackedMetrics(Mapping[str, float]):
    """An immutable mapping to floats. Instances with the same names in the same order share the names."""

    __slots__ = ("_indices", "_values")

    def __init__(self, content: Mapping[str, float]) -> None:
        """Copy names and numbers."""
        self._indices = _indices(tuple(content))
        self._values = array("d", content.values())

    def __getitem__(self, name: str) -> float:
        return self._values[self._indices[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._indices)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"PackedMetrics({dict(self)})"

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[type[Self], tuple[dict[str, float]]]:
        return type(self), (dict(self),)  # the process that loads it shares the names again


def pack_if_floats(content: Any) -> Any:
    """A dictionary of floats as `PackedMetrics`; anything else unchanged."""
    if isinstance(content, dict) and content and all(type(value) is float for value in content.values()):
        return PackedMetrics(content)
    return content


@lru_cache
def _indices(names: tuple[str, ...]) -> dict[str, int]:
    return {name: index for index, name in enumerate(names)}
