"""Ranges in which a setting can be searched."""

from math import isfinite, log
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from lstnet_search.config.number_types import Number, Positive, Whole
from lstnet_search.config.space.setting import SettingChecker
from lstnet_search.errors import InputError, explain, show


class _Range(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def count(self) -> int | None:
        """The number of different values; None if the range is continuous."""
        return None

    @property
    def all_values(self) -> tuple[Any, ...]:
        """The different values; none if the range is continuous."""
        return ()


class _Interval(_Range):
    low: Number
    high: Number

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low={self.low:g} must be < high={self.high:g}; raise high or lower low")
        return self

    def contains(self, value: Any) -> bool:
        """Whether a draw can give the value."""
        return bool(self.low <= value <= self.high)

    def edge(self, value: float) -> Literal["low", "high"] | None:
        """The end that a value lies at, within a hundredth of the range's length; None if it lies in between.

        A lower end of 0 does not count, because no setting can be lower.
        """
        share = self.position(value)
        return "low" if share <= 0.01 and self.low > 0 else "high" if share >= 0.99 else None

    def position(self, value: float) -> float:
        """A value's position in the range: 0 at `low`, 1 at `high`."""
        return (value - self.low) / (self.high - self.low)


class Uniform(_Interval):
    """Any value between `low` and `high`, all equally likely."""

    type: Literal["uniform"] = "uniform"


class LogUniform(_Interval):
    """Any value between `low` and `high`; its logarithm is uniform."""

    type: Literal["loguniform"] = "loguniform"

    @model_validator(mode="after")
    def _check_positive(self) -> Self:
        if self.low <= 0:
            raise ValueError(f"low={self.low:g} must be > 0 in a loguniform range; raise it or use uniform")
        return self

    def position(self, value: float) -> float:
        """A value's position in the range on the logarithmic scale."""
        return (log(value) - log(self.low)) / (log(self.high) - log(self.low))


class QUniform(_Interval):
    """`low`, `low + step`, … up to `high`."""

    type: Literal["quniform"] = "quniform"
    step: Positive

    @model_validator(mode="after")
    def _check_steps(self) -> Self:
        count = (self.high - self.low) / self.step
        if not isfinite(count) or abs(count - round(count)) > 1e-9 * max(1.0, count):
            raise ValueError(
                f"high={self.high:g} must be low={self.low:g} plus a whole number of steps of {self.step:g}; "
                "change high or step"
            )
        return self

    def contains(self, value: Any) -> bool:
        """Whether a draw can give the value."""
        count, last = (value - self.low) / self.step, (self.high - self.low) / self.step
        # `low <= value <= high` would be wrong: 0.1 + 2 × 0.1 is greater than 0.3.
        return bool(abs(count - round(count)) < 1e-6 and 0 <= round(count) <= round(last))

    @property
    def count(self) -> int:
        """The number of different values."""
        return round((self.high - self.low) / self.step) + 1

    @property
    def all_values(self) -> tuple[float, ...]:
        """The different values."""
        return tuple(min(self.low + index * self.step, self.high) for index in range(self.count))


class RandInt(_Range):
    """A whole number from `low` to `high`, `high` excluded as in Ray Tune."""

    type: Literal["randint"] = "randint"
    low: Whole
    high: Whole

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low={show(self.low)} must be < high={show(self.high)}; raise high or lower low")
        return self

    def contains(self, value: Any) -> bool:
        """Whether a draw can give the value."""
        return bool(self.low <= value < self.high and value == int(value))

    def edge(self, value: float) -> Literal["low", "high"] | None:
        """The end that a value lies at; None if it lies in between."""
        return "low" if value == self.low else "high" if value == self.high - 1 else None

    @property
    def count(self) -> int:
        """The number of different values."""
        return int(self.high - self.low)

    @property
    def all_values(self) -> tuple[int, ...]:
        """The different values."""
        return tuple(range(self.low, self.high))


class Choice(_Range):
    """One of the listed values."""

    type: Literal["choice"] = "choice"
    values: tuple[float | int | str | bool, ...]

    @field_validator("values", mode="before")
    @classmethod
    def _check_values(cls, values: Any) -> Any:
        if not isinstance(values, list | tuple) or not values:
            raise ValueError(f"{show(values)} must be a list of at least one value, such as [1, 3]")
        for value in values:
            if not isinstance(value, float | int | str):
                raise ValueError(f"{show(value)} must be a number or a word")
        return values

    def contains(self, value: Any) -> bool:
        """Whether a draw can give the value."""
        return value in self.values

    def edge(self, value: Any) -> None:
        """A choice has no edges."""
        return

    @property
    def count(self) -> int:
        """The number of different values."""
        return len(self.all_values)

    @property
    def all_values(self) -> tuple[float | int | str | bool, ...]:
        """The different values."""
        return tuple(dict.fromkeys(self.values))


Range = Uniform | LogUniform | QUniform | RandInt | Choice

_RANGES: dict[str, type[Range]] = {kind.model_fields["type"].default: kind for kind in get_args(Range)}


def parse_range(name: str, content: dict[str, Any], where: str) -> Range:
    """Parse a setting's range in a space file; `check_range` checks whether the setting can take its draws.

    Raises:
        InputError: if the range is wrong.
    """
    kind = content.get("type")
    if not isinstance(kind, str) or kind not in _RANGES:
        allowed = ", ".join(_RANGES)
        raise InputError(f"{name} in {where} has type {show(kind)}; allowed: {allowed} (or 'tie: SETTING')")
    try:
        return _RANGES[kind].model_validate(content)
    except ValidationError as error:
        raise explain(error, where, f"the range of {name}") from None


def check_range(name: str, bounds: Range, owner: str, checker: SettingChecker) -> Range:
    """Check that a setting can take every draw from a range.

    Args:
        name: the setting.
        bounds: the range.
        owner: the setting whose line has the range. It differs from `name` if `name` is tied to it.
        checker: checks the file's settings.

    Returns:
        The range. Choices are converted to the setting's type: YAML 1.1 parses `1e-5` as text, but it is a number.

    Raises:
        InputError: if a draw could be a value that the setting cannot take.
    """
    if isinstance(bounds, Choice):
        values = (
            checker.check_value(name, value, f"value {number} of {owner}")
            for number, value in enumerate(bounds.values, start=1)
        )
        return Choice(values=tuple(values))
    last = bounds.high - 1 if isinstance(bounds, RandInt) else bounds.high
    checker.check_value(name, bounds.low, f"lower bound 'low' of {owner}")
    checker.check_value(name, last, f"upper bound 'high' of {owner}")
    setting_type = checker.config_class.model_fields[name].annotation
    if setting_type is int and not _is_whole(bounds):
        raise InputError(
            f"{name} must be a whole number, but draws from {bounds.type} need not be whole; use randint, "
            f"choice, or quniform with a whole low and step; the range of {owner} in {checker.where}"
        )
    if setting_type not in (float, int):
        raise InputError(
            f"{name} takes only listed values, but {bounds.type} also draws values between them; use choice; "
            f"the range of {owner} in {checker.where}"
        )
    return bounds


def _is_whole(bounds: Range) -> bool:
    if isinstance(bounds, QUniform):
        return bounds.low.is_integer() and bounds.step.is_integer()
    return isinstance(bounds, RandInt)
