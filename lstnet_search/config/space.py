"""The search space: which settings are searched, and between which bounds."""

from math import log
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lstnet_search.config.errors import InputError, explain
from lstnet_search.config.trial import TrialConfig, check_setting

Number = Annotated[float, Field(allow_inf_nan=False)]


class _Range(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Interval(_Range):
    low: Number
    high: Number

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low={self.low:g} must be < high={self.high:g}; raise high or lower low")
        return self

    def edge(self, value: float) -> Literal["low", "high"] | None:
        """Which end of the range a value stands at, within a hundredth of the range; None in between."""
        share = self.position(value)
        return "low" if share <= 0.01 else "high" if share >= 0.99 else None

    def position(self, value: float) -> float:
        """Where a value stands in the range: 0 at `low`, 1 at `high`."""
        return (value - self.low) / (self.high - self.low)


class Uniform(_Interval):
    """Any value between `low` and `high`, all equally likely."""

    type: Literal["uniform"] = "uniform"

    def contains(self, value: Any) -> bool:
        """Whether a draw can give the value."""
        return self.low <= value <= self.high


class LogUniform(_Interval):
    """Any value between `low` and `high`, its logarithm uniform."""

    type: Literal["loguniform"] = "loguniform"

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if self.low <= 0:
            raise ValueError(f"low={self.low:g} must be > 0 in a loguniform range; raise it or use uniform")
        return self

    def position(self, value: float) -> float:
        """Where a value stands in the range on the logarithmic scale."""
        return log(value / self.low) / log(self.high / self.low)

    def contains(self, value: Any) -> bool:
        """Whether a draw can give the value."""
        return self.low <= value <= self.high


class QUniform(_Interval):
    """`low`, `low + step`, … up to `high`."""

    type: Literal["quniform"] = "quniform"
    step: Annotated[float, Field(gt=0, allow_inf_nan=False)]

    @model_validator(mode="after")
    def _whole_steps(self) -> Self:
        count = (self.high - self.low) / self.step
        if abs(count - round(count)) > 1e-9 * max(1.0, count):
            raise ValueError(
                f"high={self.high:g} must be low={self.low:g} plus a whole number of steps of {self.step:g}"
            )
        return self

    def contains(self, value: Any) -> bool:
        """Whether a draw can give the value."""
        count = (value - self.low) / self.step
        return bool(self.low <= value <= self.high and abs(count - round(count)) < 1e-6)


class RandInt(_Range):
    """A whole number from `low` to `high`, `high` excluded as in Ray Tune."""

    type: Literal["randint"] = "randint"
    low: int
    high: int

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low={self.low} must be < high={self.high}; raise high or lower low")
        return self

    def edge(self, value: float) -> Literal["low", "high"] | None:
        """Which end of the range a value stands at; None in between."""
        return "low" if value == self.low else "high" if value == self.high - 1 else None

    def contains(self, value: Any) -> bool:
        """Whether a draw can give the value."""
        return self.low <= value < self.high and value == int(value)


class Choice(_Range):
    """One of the listed values."""

    type: Literal["choice"] = "choice"
    values: Annotated[tuple[float | int | str | bool, ...], Field(min_length=1)]

    def edge(self, value: Any) -> None:
        """A choice has no edges."""
        return

    def contains(self, value: Any) -> bool:
        """Whether a draw can give the value."""
        return value in self.values


class Tie(_Range):
    """The value of another setting of the space."""

    tie: str


Range = Uniform | LogUniform | QUniform | RandInt | Choice

_RANGES: dict[str, type[Range]] = {
    "uniform": Uniform,
    "loguniform": LogUniform,
    "quniform": QUniform,
    "randint": RandInt,
    "choice": Choice,
}


class Space(BaseModel):
    """A checked search space.

    Every setting of a trial is either named here or keeps the preset's value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fixed: dict[str, Any] = {}
    ranges: dict[str, Range] = {}
    ties: dict[str, str] = {}
    """Setting -> the setting whose value it takes."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a space file.

        Raises:
            InputError: if the file is missing, empty, not YAML, or any key or bound is wrong.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"cannot read the space file {path}: {error}; give another with --space"
            ) from None
        try:
            content = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise InputError(f"{path} is not YAML: {' '.join(str(error).split())}; mend that line") from None
        return cls.parse(content, str(path))

    @classmethod
    def parse(cls, content: Any, where: str) -> Self:
        """Check the content of a space file.

        Args:
            content: setting -> value, or a mapping that describes a range or a tie.
            where: the file, for messages.

        Raises:
            InputError: naming the setting, what is wrong, and what is allowed.
        """
        if not isinstance(content, dict) or not content:
            raise InputError(
                f"{where} is empty or not a mapping; write one line a setting, such as 'w3: 100'"
            )
        fixed: dict[str, Any] = {}
        ranges: dict[str, Range] = {}
        ties: dict[str, str] = {}
        for name, value in content.items():
            if not isinstance(name, str):
                raise InputError(f"the key {name!r} in {where} must be the name of a setting")
            if isinstance(value, dict) and set(value) == {"tie"}:
                ties[name] = value["tie"]
            elif isinstance(value, dict):
                ranges[name] = _parse_range(name, value, where)
            else:
                check_setting(name, value, where)
                fixed[name] = getattr(TrialConfig.parse({name: value}, where), name)
        for name, target in ties.items():
            check_setting(
                name,
                TrialConfig.model_fields[name].default if name in TrialConfig.model_fields else None,
                where,
            )
            if target not in fixed and target not in ranges:
                raise InputError(
                    f"{name} is tied to {target!r}, which {where} neither fixes nor searches; name it there"
                )
        return cls(fixed=fixed, ranges=ranges, ties=ties)

    @property
    def dimensions(self) -> int:
        """The number of settings that are searched."""
        return len(self.ranges)

    def complete(self, drawn: dict[str, Any]) -> dict[str, Any]:
        """All settings that the space decides, from a draw of its ranges."""
        known = self.fixed | drawn
        return known | {name: known[target] for name, target in self.ties.items()}

    def point(self, trial: TrialConfig) -> dict[str, Any]:
        """A trial's values of the searched settings, as a draw.

        Raises:
            InputError: if a value lies outside its range.
        """
        drawn = {name: getattr(trial, name) for name in self.ranges}
        for name, value in drawn.items():
            if not self.ranges[name].contains(value):
                raise InputError(
                    f"{name}={value} lies outside its range {self.ranges[name]!r}; widen the range"
                )
        return drawn

    def edges(self, settings: dict[str, Any]) -> dict[str, Literal["low", "high"]]:
        """The searched settings that stand at an end of their range, with the end."""
        found = {name: bounds.edge(settings[name]) for name, bounds in self.ranges.items()}
        return {name: edge for name, edge in found.items() if edge is not None}

    def content(self) -> dict[str, Any]:
        """The space as a file would have it."""
        ranges = {name: bounds.model_dump(mode="json") for name, bounds in self.ranges.items()}
        return self.fixed | ranges | {name: {"tie": target} for name, target in self.ties.items()}


def _parse_range(name: str, value: dict[str, Any], where: str) -> Range:
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in _RANGES:
        raise InputError(
            f"{name} in {where} has type {kind!r}; allowed: {', '.join(_RANGES)} (or 'tie: SETTING')"
        )
    try:
        bounds = _RANGES[kind].model_validate(value)
    except ValidationError as error:
        raise explain(error, f"the range of {name} in {where}") from None
    if isinstance(bounds, Choice):
        for index, option in enumerate(bounds.values):
            check_setting(name, option, f"value {index + 1} of {name} in {where}")
    else:
        check_setting(name, bounds.low, f"lower bound 'low' of {name} in {where}")
        last = bounds.high - 1 if isinstance(bounds, RandInt) else bounds.high
        check_setting(name, last, f"upper bound 'high' of {name} in {where}")
    return bounds
