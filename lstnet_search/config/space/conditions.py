"""Conditions: settings that are searched only if a choice has certain values."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from lstnet_search.config.space.ranges import Choice, Range
from lstnet_search.config.space.setting import SettingChecker
from lstnet_search.errors import InputError, show


class Condition(BaseModel):
    """The condition that a setting has one of some values."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    setting: str
    values: tuple[float | int | str | bool, ...]

    def holds(self, settings: Mapping[str, Any]) -> bool:
        """Whether settings, or a draw, meet the condition."""
        return settings[self.setting] in self.values

    def __str__(self) -> str:
        return f"{self.setting} is {' or '.join(map(str, self.values))}"


def parse_condition(
    name: str, content: Any, ranges: Mapping[str, Range], conditional: Mapping[str, Any], checker: SettingChecker
) -> Condition:
    """Parse the value of `when` in a space file.

    Args:
        name: the setting that has the condition.
        content: the parsed YAML.
        ranges: the ranges of all settings that the file searches.
        conditional: the settings that have a condition.
        checker: checks the file's settings.

    Raises:
        InputError: if it is not a condition on a choice that is always searched.
    """
    where = checker.where
    if not isinstance(content, dict) or len(content) != 1:
        raise InputError(
            f"the 'when' of {name} in {where} is {show(content)}; name one setting and one or more of its "
            "values, such as {latent_stride: 3}"
        )
    ((setting, wanted),) = content.items()
    choice = ranges.get(setting) if isinstance(setting, str) else None
    if not isinstance(choice, Choice) or setting in conditional:
        raise InputError(
            f"{name} in {where} depends on {show(setting)}, which must be a choice without a condition of its own; "
            "depend on such a choice, or remove 'when'"
        )
    values = tuple(
        checker.check_value(setting, value, f"the 'when' of {name}")
        for value in (wanted if isinstance(wanted, list) else [wanted])
    )
    for value in values:
        if not choice.contains(value):
            allowed = ", ".join(map(str, choice.values))
            raise InputError(
                f"{name} in {where} is searched when {setting} is {show(value)}, which it never is; allowed: {allowed}"
            )
    if not values:
        raise InputError(f"the 'when' of {name} in {where} names no value of {setting}; name at least one")
    return Condition(setting=setting, values=values)
