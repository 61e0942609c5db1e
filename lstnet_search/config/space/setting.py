"""Checks of single settings in a space file, a points file or a condition."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from lstnet_search.config.trial import FIXABLE_SETTINGS, FIXED_SETTINGS, TrialConfig
from lstnet_search.errors import InputError, explain, show


@dataclass(frozen=True)
class SettingChecker:
    """Checks the settings in one file.

    Attributes:
        where: the file's name, for messages.
        config_class: the settings of the method.
    """

    where: str
    config_class: type[TrialConfig]

    def check_name(self, name: str, *, fixed: bool = False) -> None:
        """Check that a setting exists and that a space may decide it; `fixed` if it gets one value for all trials.

        Raises:
            InputError: if not.
        """
        allowed = self.config_class.searchable()
        if name not in self.config_class.model_fields:
            raise InputError(f"unknown setting {show(name)} in {self.where}; allowed: {', '.join(allowed)}")
        if not allowed:
            method = self.config_class.model_fields["method"].default
            raise InputError(f"{method} has nothing to search; leave {self.where} out")
        if name in FIXED_SETTINGS and not (fixed and name in FIXABLE_SETTINGS):
            raise InputError(
                f"'{name}' cannot be searched, because scores could not be compared; remove it from {self.where}"
            )

    def check_value(self, name: str, value: Any, part: str = "", *, fixed: bool = False) -> Any:
        """Check one value of one setting.

        Args:
            name: the setting.
            value: the value as it was written.
            part: what the value is, if the setting has several, such as "lower bound 'low' of w3".
            fixed: whether all trials get this value.

        Returns:
            The value with its final type: `w3: 100` becomes 100.0.

        Raises:
            InputError: if the setting is unknown, cannot be searched, or cannot have the value.
        """
        self.check_name(name, fixed=fixed)
        try:
            return getattr(self.config_class.model_validate({name: value}), name)
        except ValidationError as error:
            raise explain(error, self.where, part) from None
