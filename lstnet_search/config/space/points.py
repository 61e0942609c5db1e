"""Points that a user wants tried."""

from pathlib import Path
from typing import Any

from lstnet_search.config.methods import LSTNetConfig
from lstnet_search.config.space.setting import Settings, check_setting
from lstnet_search.errors import InputError, show
from lstnet_search.io.yaml import read_yaml


def read_points(path: Path, of: Settings = LSTNetConfig) -> tuple[dict[str, Any], ...]:
    """Read a list of points, each a mapping from settings to values; what it does not name is as in trial 0.

    Raises:
        InputError: if the file is no such list, or a setting cannot take a value.
    """
    content = read_yaml(path, "points file", "--points")
    if not isinstance(content, list) or not content:
        raise InputError(f"{path} must be a list of points; write one a line, such as '- {{w1: 50, wl: 5}}'")
    return tuple(_point(point, f"point {number} of {path}", of) for number, point in enumerate(content, start=1))


def _point(content: Any, where: str, of: Settings) -> dict[str, Any]:
    if not isinstance(content, dict) or not content:
        raise InputError(f"{where} is {show(content)}; write settings with values, such as '- {{w1: 50, wl: 5}}'")
    for name in content:
        if not isinstance(name, str):
            raise InputError(f"the key {show(name)} of {where} must be the name of a setting")
    return {name: check_setting(name, value, where, of=of) for name, value in content.items()}
