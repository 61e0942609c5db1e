"""The search space: which settings are searched, which are fixed, and which depend on others."""

from collections.abc import Callable, Iterator, Mapping
from math import isclose, prod
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from lstnet_search.config.methods import WEIGHT_NAMES, LSTNetConfig
from lstnet_search.config.space.conditions import Condition
from lstnet_search.config.space.parse import parse_space
from lstnet_search.config.space.ranges import LogUniform, QUniform, Range, Uniform
from lstnet_search.config.space.simplex import Simplex
from lstnet_search.config.trial import TrialConfig
from lstnet_search.errors import InputError, show
from lstnet_search.io.yaml import read_yaml


class Space(BaseModel):
    """A checked search space.

    A setting that the space does not name keeps the preset's value. A trial draws *parameters*: each is a setting, the
    ratio of two settings (`w1/w3`), or a part of a simplex.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fixed: dict[str, Any] = {}
    ranges: dict[str, Annotated[Range, Field(discriminator="type")]] = {}
    """Setting -> the range of its value, or of its ratio to another setting."""
    ties: dict[str, str] = {}
    """Setting -> the setting whose value it takes."""
    ratios: dict[str, str] = {}
    """Setting -> the setting that its drawn ratio is multiplied by."""
    conditions: dict[str, Condition] = {}
    """Setting -> the condition under which it is searched. Otherwise it keeps the preset's value."""
    simplex: Simplex | None = None

    @classmethod
    def read(cls, path: Path, config_class: type[TrialConfig] = LSTNetConfig) -> Self:
        """Read a space file for a method's settings.

        Raises:
            InputError: if the file is missing, empty, not YAML, or any key or bound is wrong.
        """
        return cls.parse(read_yaml(path, "space file", "--space"), str(path), config_class)

    @classmethod
    def parse(cls, content: Any, where: str, config_class: type[TrialConfig] = LSTNetConfig) -> Self:
        """Parse the content of a space file; see `parse_space`."""
        return cls(**parse_space(content, where, config_class))

    @property
    def parameters(self) -> dict[str, Range]:
        """The parameters' ranges in the order of drawing: choices come before settings that depend on them."""
        names = sorted(self.ranges, key=self.conditions.__contains__)
        of_settings = {self._parameter(name): self.ranges[name] for name in names}
        return of_settings | (dict(self.simplex.parameters) if self.simplex else {})

    @property
    def names(self) -> set[str]:
        """The settings that the space decides."""
        return {*self.fixed, *self.ranges, *self.ties, *(self.simplex.of if self.simplex else ())}

    @property
    def dimensions(self) -> int:
        """The number of parameters."""
        return len(self.parameters)

    @property
    def points(self) -> int | None:
        """How many different settings can be drawn at most; None if nothing is drawn or a range is continuous."""
        counts = [bounds.count for bounds in self.parameters.values()]
        known = [count for count in counts if count is not None]
        return prod(known) if counts and len(known) == len(counts) else None

    @property
    def scales_freely(self) -> bool:
        """Whether the space can multiply all weights by one factor, which changes nothing under Adam."""

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
        """Draw parameters: call `suggest` for each one in turn, except those whose condition does not hold."""
        drawn: dict[str, Any] = {}
        conditions = {self._parameter(name): condition for name, condition in self.conditions.items()}
        for name, bounds in self.parameters.items():
            if name not in conditions or conditions[name].holds(drawn):
                drawn[name] = suggest(name, bounds)
        return drawn

    def all_draws(self) -> Iterator[dict[str, Any]]:
        """Every possible draw, once. The space must have a finite number of `points`."""
        conditions = {self._parameter(name): condition for name, condition in self.conditions.items()}

        def extended(drawn: dict[str, Any], left: list[str]) -> Iterator[dict[str, Any]]:
            if not left:
                yield drawn
            elif left[0] in conditions and not conditions[left[0]].holds(drawn):
                yield from extended(drawn, left[1:])
            else:
                for value in self.parameters[left[0]].all_values:
                    yield from extended(drawn | {left[0]: value}, left[1:])

        return extended({}, list(self.parameters))

    def complete(self, drawn: Mapping[str, Any]) -> dict[str, Any]:
        """All settings that the space decides, given a draw of its parameters."""
        settings = self.fixed | {name: drawn[name] for name in self.ranges if name in drawn}
        for name, target in self.ratios.items():
            if self._parameter(name) in drawn:
                settings[name] = drawn[self._parameter(name)] * settings[target]
        if self.simplex:
            settings |= self.simplex.settings(drawn)
        return settings | {name: settings[target] for name, target in self.ties.items() if target in settings}

    def point(self, trial: TrialConfig) -> dict[str, Any]:
        """The draw that gives a trial's values of the searched settings.

        Raises:
            InputError: if there is none.
        """
        drawn = self.values(trial.model_dump())
        for name, bounds in self.parameters.items():
            if name in drawn and not bounds.contains(drawn[name]):
                raise InputError(f"{name}={show(drawn[name])} is not in its range ({bounds}); widen the range")
        return drawn

    def values(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters' values in complete settings; they may lie outside their ranges.

        Raises:
            InputError: if no draw gives them, because a ratio is relative to 0 or the sum is not the simplex's.
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
            # Correct rounding errors: x * y / y can differ from x, and 0.1 + 2 * 0.1 from 0.3.
            return next((end for end in (bounds.low, bounds.high) if isclose(value, end)), value)
        return value

    def edges(self, settings: Mapping[str, Any]) -> dict[str, Literal["low", "high"]]:
        """The parameters whose value lies at an end of their range, with that end. Parts of a simplex are left out."""
        drawn = self.values(settings)
        names = {self._parameter(name): bounds for name, bounds in self.ranges.items()}
        found = {name: bounds.edge(drawn[name]) for name, bounds in names.items() if name in drawn}
        return {name: edge for name, edge in found.items() if edge is not None}

    def content(self) -> dict[str, Any]:
        """The space in the form of a space file's content."""
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
        """The name of the parameter that is drawn for a setting."""
        return f"{name}/{self.ratios[name]}" if name in self.ratios else name
