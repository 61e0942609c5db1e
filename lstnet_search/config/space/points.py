"""Points that a user wants to try."""

from pathlib import Path
from typing import Any

from lstnet_search.config.methods import LSTNetConfig
from lstnet_search.config.space.setting import SettingChecker
from lstnet_search.config.trial import TrialConfig
from lstnet_search.errors import InputError, show
from lstnet_search.io.yaml import read_yaml


def read_points(path: Path, config_class: type[TrialConfig] = LSTNetConfig) -> tuple[dict[str, Any], ...]:
    """Read a list of points: mappings from settings to values.

    Settings that a point omits follow from the space if it fixes or ties them. All others have trial 0's values.

    Raises:
        InputError: if the file is not such a list, or a setting cannot have a value.
    """
    content = read_yaml(path, "points file", "--points")
    if not isinstance(content, list) or not content:
        raise InputError(f"{path} must be a list of points; write one per line, such as '- {{w1: 50, wl: 5}}'")
    return tuple(
        _check_point(point, SettingChecker(f"point {number} of {path}", config_class))
        for number, point in enumerate(content, start=1)
    )


def _check_point(content: Any, checker: SettingChecker) -> dict[str, Any]:
    if not isinstance(content, dict) or not content:
        raise InputError(
            f"{checker.where} is {show(content)}; write settings with values, such as '- {{w1: 50, wl: 5}}'"
        )
    for name in content:
        if not isinstance(name, str):
            raise InputError(f"the key {show(name)} of {checker.where} must be the name of a setting")
    return {name: checker.check_value(name, value) for name, value in content.items()}
