"""How much time the methods of Table 2 get."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lstnet_search.config.presets import MethodName, PresetName

BudgetName = Literal["small", "full"]
ORDER: tuple[MethodName, ...] = ("no_translation", "lstnet", "deepjdot", "unit", "cogan")
"""The order in which methods run. The first one's confirmation trains the classifiers that all share."""


@dataclass(frozen=True)
class Budget:
    """The wall time that each method gets for its search and the confirmation of its winner.

    Attributes:
        preset: the preset of all methods.
        method_seconds: time for each method.
        search_seconds: how much of `method_seconds` the search may take at most.
        total_seconds: time for all methods together.
        seeds: number of seeds in each confirmation.
        changes: settings that replace the preset's, by method. They reduce the steps, so that time is left for the
            confirmation.
    """

    preset: PresetName
    method_seconds: float
    search_seconds: float
    total_seconds: float
    seeds: int = 3
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


BUDGETS: dict[BudgetName, Budget] = {
    "small": Budget(
        preset="cpu",
        method_seconds=20 * 60,
        search_seconds=11 * 60,
        total_seconds=90 * 60,
        changes={
            "lstnet": {"steps": 1080},
            "unit": {"steps": 1200},
            "cogan": {"steps": 840},
            "deepjdot": {"steps": 2040},
        },
    ),
    "full": Budget(preset="paper", method_seconds=48 * 3600, search_seconds=36 * 3600, total_seconds=200 * 3600),
}
"""`small` is for two CPU cores, `full` for GPUs."""
