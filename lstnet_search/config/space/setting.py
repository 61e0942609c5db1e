"""Checking one setting of a space, a point, a condition."""

from typing import Any

from pydantic import ValidationError

from lstnet_search.config.methods import LSTNetConfig
from lstnet_search.config.trial import FIXED_SETTINGS, TrialConfig
from lstnet_search.errors import InputError, explain, show

Settings = type[TrialConfig]
"""The settings of a method, of which one is checked."""


def check_name(name: str, where: str, of: Settings = LSTNetConfig) -> None:
    """Check that there is such a setting and that a space may decide it.

    Raises:
        InputError: if not.
    """
    if name not in of.model_fields:
        allowed = ", ".join(of.searchable())
        raise InputError(f"unknown setting {show(name)} in {where}; allowed: {allowed}")
    if not of.searchable():
        raise InputError(f"{of.model_fields['method'].default} has nothing to search; leave {where} out")
    if name in FIXED_SETTINGS:
        raise InputError(f"'{name}' cannot be searched, for scores could not be compared; remove it from {where}")


def check_setting(name: str, value: Any, where: str, part: str = "", of: Settings = LSTNetConfig) -> Any:
    """Check one value of one searchable setting.

    Args:
        name: the setting.
        value: what was written.
        where: the file, for messages.
        part: which of its values that is, if it has more than one ("lower bound 'low' of w3").
        of: the settings of the method.

    Returns:
        The value as a trial has it: `w3: 100` is 100.0.

    Raises:
        InputError: if the setting is unknown, not searchable, or cannot take the value.
    """
    check_name(name, where, of)
    try:
        return getattr(of.model_validate({name: value}), name)
    except ValidationError as error:
        raise explain(error, where, part) from None
