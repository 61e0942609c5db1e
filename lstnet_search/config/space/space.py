"""The search space: which settings are searched, which are fixed, and which follow others."""

from collections.abc import Callable, Mapping
from math import isclose
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from lstnet_search.config.methods import WEIGHT_NAMES, LSTNetConfig
from lstnet_search.config.space.conditions import Condition
from lstnet_search.config.space.parse import parse_space
from lstnet_search.config.space.ranges import LogUniform, QUniform, Range, Uniform
from lstnet_search.config.space.setting import Settings
from lstnet_search.config.space.simplex import Simplex
from lstnet_search.config.trial import TrialConfig
from lstnet_search.errors import InputError, show
from lstnet_search.io.yaml import read_yaml


class Space(BaseModel):
    """A checked search space.

    Every setting of a trial is either named here or keeps the preset's value. What is drawn for
    a trial are *parameters*: a setting, the ratio of two (`w1/w3`), a part of a simplex.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fixed: dict[str, Any] = {}
    ranges: dict[str, Annotated[Range, Field(discriminator="type")]] = {}
    """Setting -> what is drawn for it: its value, or its ratio to another."""
    ties: dict[str, str] = {}
    """Setting -> the setting whose value it takes."""
    ratios: dict[str, str] = {}
    """Setting -> the setting of which it is a multiple."""
    conditions: dict[str, Condition] = {}
    """Setting -> when it is searched; it keeps the preset's value otherwise."""
    simplex: Simplex | None = None

    @classmethod
    def read(cls, path: Path, of: Settings = LSTNetConfig) -> Self:
        """Read a space file, of settings of a method.

        Raises:
            InputError: if the file is missing, empty, not YAML, or any key or bound is wrong.
        """
        return cls.parse(read_yaml(path, "space file", "--space"), str(path), of)

    @classmethod
    def parse(cls, content: Any, where: str, of: Settings = LSTNetConfig) -> Self:
        """Check the content of a space file; see `parse_space`."""
        return cls(**parse_space(content, where, of))

    @property
    def parameters(self) -> dict[str, Range]:
        """What can be drawn, in the order of drawing: choices come before what depends on them."""
        names = sorted(self.ranges, key=self.conditions.__contains__)
        return {self._parameter(name): self.ranges[name] for name in names} | (
            dict(self.simplex.parameters) if self.simplex else {}
        )

    @property
    def names(self) -> set[str]:
        """The settings that the space decides."""
        return {*self.fixed, *self.ranges, *self.ties, *(self.simplex.of if self.simplex else ())}

    @property
    def dimensions(self) -> int:
        """The number of parameters."""
        return len(self.parameters)

    @property
    def scales_freely(self) -> bool:
        """Whether all weights can be multiplied by one number within the space: under Adam that changes nothing."""

        def free(name: str) -> bool:
            name = self.ties.get(name, name)
            if name in self.conditions or name not in self.ranges:
                return self.fixed.get(name) == 0
            if name in self.ratios:
                return free(self.ratios[name])
            return isinstance(self.ranges[name], Uniform | LogUniform)

        searched = any(name in self.ranges for name in WEIGHT_NAMES)
        return searched and all(free(name) for name in WEIGHT_NAMES)

    def draw(self, suggest: Callable[[str, Range], Any]) -> dict[str, Any]:
        """A draw: what `suggest` says for each parameter, asked in turn, but for those whose condition is not met."""
        drawn: dict[str, Any] = {}
        conditions = {self._parameter(name): condition for name, condition in self.conditions.items()}
        for name, bounds in self.parameters.items():
            if name not in conditions or conditions[name].holds(drawn):
                drawn[name] = suggest(name, bounds)
        return drawn

    def complete(self, drawn: Mapping[str, Any]) -> dict[str, Any]:
        """All settings that the space decides, from a draw."""
        known = self.fixed | {name: drawn[name] for name in self.ranges if name in drawn}
        for name, target in self.ratios.items():
            if self._parameter(name) in drawn:
                known[name] = drawn[self._parameter(name)] * known[target]
        if self.simplex:
            known |= self.simplex.settings(drawn)
        return known | {name: known[target] for name, target in self.ties.items() if target in known}

    def point(self, trial: TrialConfig) -> dict[str, Any]:
        """The draw that gives a trial's values of the searched settings.

        Raises:
            InputError: if there is none.
        """
        drawn = self.values(trial.model_dump())
        for name, bounds in self.parameters.items():
            if name in drawn and not bounds.contains(drawn[name]):
                raise InputError(f"{name}={show(drawn[name])} is no draw from its range ({bounds}); widen the range")
        return drawn

    def values(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters' values in complete settings, which may lie outside their ranges.

        Raises:
            InputError: if no draw gives them: a ratio to 0, or another sum than the simplex'.
        """
        drawn = {}
        for name, bounds in self.ranges.items():
            if name not in self.conditions or self.conditions[name].holds(settings):
                drawn[self._parameter(name)] = self._value(name, bounds, settings)
        return drawn | (self.simplex.point(settings) if self.simplex else {})

    def _value(self, name: str, bounds: Range, settings: Mapping[str, Any]) -> Any:
        value = settings[name]
        if name in self.ratios:
            target = self.ratios[name]
            if settings[target] == 0:
                raise InputError(f"{name} is a multiple of {target}, which is 0; change one of them")
            value /= settings[target]
        if isinstance(bounds, Uniform | LogUniform | QUniform):
            # Neither x * y / y nor 0.1 + 2 * 0.1 is x, or 0.3, to the last bit.
            return next((end for end in (bounds.low, bounds.high) if isclose(value, end)), value)
        return value

    def edges(self, settings: Mapping[str, Any]) -> dict[str, Literal["low", "high"]]:
        """The parameters that stand at an end of their range, with the end; parts of a simplex have none."""
        drawn = self.values(settings)
        names = {self._parameter(name): bounds for name, bounds in self.ranges.items()}
        found = {name: bounds.edge(drawn[name]) for name, bounds in names.items() if name in drawn}
        return {name: edge for name, edge in found.items() if edge is not None}

    def content(self) -> dict[str, Any]:
        """The space as a file would have it."""
        lines: dict[str, Any] = dict(self.fixed)
        for name, bounds in self.ranges.items():
            lines[name] = bounds.model_dump(mode="json")
            if name in self.ratios:
                lines[name]["ratio_of"] = self.ratios[name]
            if name in self.conditions:
                condition = self.conditions[name]
                lines[name]["when"] = {condition.setting: list(condition.values)}
        lines |= {name: {"tie": target} for name, target in self.ties.items()}
        return lines | ({"simplex": self.simplex.model_dump(mode="json")} if self.simplex else {})

    def _parameter(self, name: str) -> str:
        return f"{name}/{self.ratios[name]}" if name in self.ratios else name
