"""Settings that are searched only where a choice fell on certain values."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from lstnet_search.config.methods import LSTNetConfig
from lstnet_search.config.space.ranges import Choice, Range
from lstnet_search.config.space.setting import Settings, check_setting
from lstnet_search.errors import InputError, show


class Condition(BaseModel):
    """That a setting has one of some values."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    setting: str
    values: tuple[float | int | str | bool, ...]

    def holds(self, settings: Mapping[str, Any]) -> bool:
        """Whether settings, or a draw of them, meet it."""
        return settings[self.setting] in self.values

    def __str__(self) -> str:
        return f"{self.setting} is {' or '.join(map(str, self.values))}"


def parse_condition(
    name: str,
    content: Any,
    ranges: Mapping[str, Range],
    conditional: Mapping[str, Any],
    where: str,
    of: Settings = LSTNetConfig,
) -> Condition:
    """What a space file writes after `when`.

    Args:
        name: the setting that has the condition.
        content: what stands there.
        ranges: of all settings that the file searches.
        conditional: those of them that have a condition.
        where: the file, for messages.
        of: the settings of the method.

    Raises:
        InputError: if it is no condition on a choice that is always searched.
    """
    if not isinstance(content, dict) or len(content) != 1:
        raise InputError(
            f"the 'when' of {name} in {where} is {show(content)}; name one setting and one or several of its "
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
        check_setting(setting, value, where, f"the 'when' of {name}", of)
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
