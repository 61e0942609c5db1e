"""Reading what a space file says: one setting a line, and what its lines say of each other."""

from typing import Any

from lstnet_search.config.methods import LSTNetConfig
from lstnet_search.config.space.conditions import Condition, parse_condition
from lstnet_search.config.space.ranges import LogUniform, QUniform, RandInt, Range, Uniform, check_range, parse_range
from lstnet_search.config.space.setting import Settings, check_name, check_setting
from lstnet_search.config.space.simplex import Simplex, parse_simplex
from lstnet_search.errors import InputError, show


def parse_space(content: Any, where: str, of: Settings = LSTNetConfig) -> dict[str, Any]:
    """Check the content of a space file.

    Args:
        content: setting -> value, or a mapping that describes a range or a tie.
        where: the file, for messages.
        of: the settings of the method.

    Returns:
        The fields of a `Space`.

    Raises:
        InputError: naming the setting, what is wrong, and what is allowed.
    """
    if not isinstance(content, dict) or not content:
        raise InputError(f"{where} is empty or not a mapping; write one line a setting, such as 'w3: 100'")
    return _Reader(where, of).read(content)


class _Reader:
    """The lines of one file, sorted by what they say."""

    def __init__(self, where: str, of: Settings) -> None:
        self._where = where
        self._of = of
        self._fixed: dict[str, Any] = {}
        self._ranges: dict[str, Range] = {}
        self._ties: dict[str, str] = {}
        self._ratios: dict[str, str] = {}
        self._when: dict[str, Any] = {}
        self._simplex: Simplex | None = None

    def read(self, content: dict[Any, Any]) -> dict[str, Any]:
        """Read all lines, then check what they say of each other."""
        for name, value in content.items():
            self._line(name, value)
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

    def _line(self, name: Any, value: Any) -> None:
        if not isinstance(name, str):
            raise InputError(f"the key {show(name)} in {self._where} must be the name of a setting")
        if name == "simplex":
            self._simplex = parse_simplex(value, self._where, self._of)
        elif not isinstance(value, dict):
            self._fixed[name] = check_setting(name, value, self._where, of=self._of)
        elif "tie" in value:
            self._ties[name] = _parse_tie(name, value, self._where, self._of)
        else:
            bounds = {key: part for key, part in value.items() if key not in ("ratio_of", "when")}
            self._ranges[name] = parse_range(name, bounds, self._where)
            if "when" in value:
                self._when[name] = value["when"]
            if "ratio_of" in value:
                self._ratios[name] = value["ratio_of"]
            else:
                self._ranges[name] = check_range(name, self._ranges[name], self._where, owner=name, of=self._of)

    def _check_ratio(self, name: str, target: Any) -> None:
        check_name(name, self._where, self._of)
        bounds = self._ranges[name]
        if not isinstance(bounds, Uniform | LogUniform):
            raise InputError(
                f"{name} in {self._where} is a multiple of {show(target)} drawn from {bounds.type}; "
                "allowed: uniform, loguniform"
            )
        if self._positive(target)[0] <= 0:
            raise InputError(
                f"{name} in {self._where} is a multiple of {show(target)}, which must be fixed, or searched in an "
                "interval of its own without 'when' or 'ratio_of', and greater than 0; name such a setting"
            )
        self._check_products(name, name)

    def _positive(self, target: Any) -> tuple[float, float]:
        """The least and the greatest value of a setting that others can be multiples of; 0 where it is none."""
        if not isinstance(target, str) or target in self._ratios or target in self._when:
            return 0, 0
        bounds, value = self._ranges.get(target), self._fixed.get(target)
        if isinstance(bounds, Uniform | LogUniform | QUniform | RandInt):
            return bounds.low, bounds.high
        return (value, value) if isinstance(value, float | int) else (0, 0)

    def _check_products(self, name: str, owner: str) -> None:
        """Check that a setting can take all values of one that is a multiple of another."""
        bounds, target = self._ranges[owner], self._ratios[owner]
        assert isinstance(bounds, Uniform | LogUniform)
        least, most = self._positive(target)
        products = Uniform.model_construct(low=bounds.low * least, high=bounds.high * most)  # unchecked: may be inf
        check_range(name, products, self._where, owner=f"{owner}, times {target},", of=self._of)

    def _check_tie(self, name: str, target: str) -> None:
        where = self._where
        if target in self._ratios:
            self._check_products(name, target)
        elif target in self._ranges:
            check_range(name, self._ranges[target], where, owner=target, of=self._of)
        elif target in self._fixed:
            check_setting(name, self._fixed[target], where, f"the value of {target}, to which it is tied,", self._of)
        elif self._simplex and target in self._simplex.of:
            check_range(name, Uniform(low=0, high=self._simplex.sum), where, owner="the simplex", of=self._of)
        else:
            raise InputError(
                f"{name} is tied to {show(target)}, which is neither fixed nor searched; "
                f"give it a value or a range in {where}"
            )

    def _check_simplex(self, content: dict[Any, Any]) -> None:
        both = [name for name in self._simplex.of if name in content] if self._simplex else []
        if both:
            raise InputError(
                f"{', '.join(both)} in {self._where} has a line of its own and a share of the simplex; remove one"
            )

    def _conditions(self) -> dict[str, Condition]:
        return {
            name: parse_condition(name, content, self._ranges, self._when, self._where, self._of)
            for name, content in self._when.items()
        }


def _parse_tie(name: str, content: dict[Any, Any], where: str, of: Settings) -> str:
    check_name(name, where, of)
    target = content["tie"]
    if len(content) > 1 or not isinstance(target, str):
        raise InputError(
            f"{name} in {where} is tied by {show(content)}; write 'tie: SETTING' and nothing else, such as {{tie: w1}}"
        )
    return target
