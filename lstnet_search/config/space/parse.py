"""Parsing the content of a space file: one setting per line, and relations between the lines."""

from typing import Any

from lstnet_search.config.space.conditions import Condition, parse_condition
from lstnet_search.config.space.ranges import LogUniform, QUniform, RandInt, Range, Uniform, check_range, parse_range
from lstnet_search.config.space.setting import SettingChecker
from lstnet_search.config.space.simplex import Simplex, parse_simplex
from lstnet_search.config.trial import TrialConfig
from lstnet_search.errors import InputError, show


def parse_space(content: Any, where: str, config_class: type[TrialConfig]) -> dict[str, Any]:
    """Parse the content of a space file.

    Args:
        content: a mapping from settings to values, or to mappings that describe a range or a tie.
        where: the file's name, for messages.
        config_class: the settings of the method.

    Returns:
        The fields of a `Space`.

    Raises:
        InputError: naming the setting, what is wrong, and what is allowed.
    """
    if not isinstance(content, dict) or not content:
        raise InputError(f"{where} is empty or not a mapping; write one line per setting, such as 'w3: 100'")
    return _SpaceParser(where, config_class).parse(content)


class _SpaceParser:
    """Collects the lines of one file by kind: fixed values, ranges, ties, ratios, conditions, a simplex."""

    def __init__(self, where: str, config_class: type[TrialConfig]) -> None:
        self._where = where
        self._checker = SettingChecker(where, config_class)
        self._fixed: dict[str, Any] = {}
        self._ranges: dict[str, Range] = {}
        self._ties: dict[str, str] = {}
        self._ratios: dict[str, str] = {}
        self._when: dict[str, Any] = {}
        self._simplex: Simplex | None = None

    def parse(self, content: dict[Any, Any]) -> dict[str, Any]:
        """Parse all lines, then check their relations."""
        for name, value in content.items():
            self._parse_line(name, value)
        for name, target in self._ratios.items():
            self._check_ratio(name, target)
        for name, target in self._ties.items():
            self._check_tie(name, target)
        self._check_simplex(content)
        return {
            "fixed": self._fixed,
            "ranges": self._ranges,
            "ties": self._ties,
            "ratios": self._ratios,
            "conditions": self._conditions(),
            "simplex": self._simplex,
        }

    def _parse_line(self, name: Any, value: Any) -> None:
        if not isinstance(name, str):
            raise InputError(f"the key {show(name)} in {self._where} must be the name of a setting")
        if name == "simplex":
            self._simplex = parse_simplex(value, self._checker)
        elif not isinstance(value, dict):
            self._fixed[name] = self._checker.check_value(name, value, fixed=True)
        elif "tie" in value:
            self._ties[name] = self._parse_tie(name, value)
        else:
            keys = {key: part for key, part in value.items() if key not in ("ratio_of", "when")}
            bounds = parse_range(name, keys, self._where)
            if "when" in value:
                self._when[name] = value["when"]
            if "ratio_of" in value:
                self._ratios[name] = value["ratio_of"]
            else:
                bounds = check_range(name, bounds, name, self._checker)
            self._ranges[name] = bounds

    def _parse_tie(self, name: str, content: dict[Any, Any]) -> str:
        self._checker.check_name(name)
        target = content["tie"]
        if len(content) > 1 or not isinstance(target, str):
            raise InputError(
                f"{name} in {self._where} is tied by {show(content)}; "
                "write 'tie: SETTING' and nothing else, such as {tie: w1}"
            )
        return target

    def _check_ratio(self, name: str, target: Any) -> None:
        self._checker.check_name(name)
        bounds = self._ranges[name]
        if not isinstance(bounds, Uniform | LogUniform):
            raise InputError(
                f"{name} in {self._where} is a multiple of {show(target)} drawn from {bounds.type}; "
                "allowed: uniform, loguniform"
            )
        if self._extent(target)[0] <= 0:
            raise InputError(
                f"{name} in {self._where} is a multiple of {show(target)}, which must be greater than 0, and fixed or "
                "searched in an interval without 'when' and 'ratio_of'; name such a setting"
            )
        self._check_products(name, name)

    def _extent(self, target: Any) -> tuple[float, float]:
        """The least and greatest value of a setting; zeros if no other setting can be a multiple of it."""
        if not isinstance(target, str) or target in self._ratios or target in self._when:
            return 0, 0
        bounds, value = self._ranges.get(target), self._fixed.get(target)
        if isinstance(bounds, Uniform | LogUniform | QUniform | RandInt):
            return bounds.low, bounds.high
        return (value, value) if isinstance(value, float | int) else (0, 0)

    def _check_products(self, name: str, owner: str) -> None:
        """Check that `name` can take all values of `owner`, which is a multiple of another setting."""
        bounds, target = self._ranges[owner], self._ratios[owner]
        assert isinstance(bounds, Uniform | LogUniform)
        least, greatest = self._extent(target)
        products = Uniform.model_construct(low=bounds.low * least, high=bounds.high * greatest)  # unchecked: may be inf
        check_range(name, products, f"{owner}, times {target},", self._checker)

    def _check_tie(self, name: str, target: str) -> None:
        if target in self._ratios:
            self._check_products(name, target)
        elif target in self._ranges:
            check_range(name, self._ranges[target], target, self._checker)
        elif target in self._fixed:
            self._checker.check_value(name, self._fixed[target], f"the value of {target}, to which it is tied,")
        elif self._simplex and target in self._simplex.of:
            check_range(name, Uniform(low=0, high=self._simplex.sum), "the simplex", self._checker)
        else:
            raise InputError(
                f"{name} is tied to {show(target)}, which is neither fixed nor searched; "
                f"give it a value or a range in {self._where}"
            )

    def _check_simplex(self, content: dict[Any, Any]) -> None:
        both = [name for name in self._simplex.of if name in content] if self._simplex else []
        if both:
            raise InputError(
                f"{', '.join(both)} in {self._where} has its own line and a share of the simplex; remove one of them"
            )

    def _conditions(self) -> dict[str, Condition]:
        return {
            name: parse_condition(name, content, self._ranges, self._when, self._checker)
            for name, content in self._when.items()
        }
