"""The points of a search space that has only few of them."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from lstnet_search.config import Space
from lstnet_search.seeding import derive_seed
from lstnet_search.tuning.study.race import Race, settings_key

FEW = 2000
"""The most points of a space that are listed one by one."""


class FiniteSpace:
    """Which points of a space a search does not know yet. One with more than `FEW` points never counts as known."""

    def __init__(self, space: Space, complete: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
        """List nothing yet.

        Args:
            space: the space.
            complete: gives the complete settings of a draw.
        """
        self._few = space.points is not None and space.points <= FEW
        self._space = space
        self._complete = complete

    @cached_property
    def _points(self) -> dict[str, dict[str, Any]]:
        return {settings_key(self._complete(drawn)): drawn for drawn in self._space.all_draws()}

    def all_known(self, race: Race) -> bool:
        """Whether the search knows every point."""
        return self._few and self._points.keys() <= race.known.keys()

    def unknown(self, race: Race, seed: int, number: int) -> dict[str, Any] | None:
        """A draw of a point that the search does not know, for one of its trials, or None if there is none."""
        if not self._few:
            return None
        unknown = [drawn for key, drawn in self._points.items() if key not in race.known]
        random = np.random.default_rng(derive_seed(seed, "unknown point", number))
        return unknown[random.integers(len(unknown))] if unknown else None
