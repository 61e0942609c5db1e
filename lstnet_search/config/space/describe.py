"""A search space in words."""

from collections.abc import Iterator

from lstnet_search.config.methods import LSTNetConfig
from lstnet_search.config.space.ranges import Choice, QUniform, RandInt, Range
from lstnet_search.config.space.space import Space
from lstnet_search.config.trial import TrialConfig
from lstnet_search.errors import show


def setting_lines(space: Space, config_class: type[TrialConfig] = LSTNetConfig) -> Iterator[tuple[str, str]]:
    """The settings that a space decides, in the method's order, each with the values that it can have."""
    for name in config_class.searchable():
        if name in space.fixed:
            yield name, _value(space.fixed[name])
        elif name in space.ties:
            yield name, f"as {space.ties[name]}"
        elif name in space.ranges:
            yield name, _searched(space, name)
        elif space.simplex and name in space.simplex.of:
            yield name, f"share of {_value(space.simplex.sum)}"


def redundancy(space: Space) -> str | None:
    """A warning if one dimension of the space is redundant, else None."""
    if not space.scales_freely:
        return None
    return (
        "One dimension is redundant: all weights can grow by one factor, and only their ratios matter under Adam; "
        "fix one of them, such as w3: 100."
    )


def _searched(space: Space, name: str) -> str:
    multiple = f"{space.ratios[name]} × " if name in space.ratios else ""
    condition = f", when {space.conditions[name]}" if name in space.conditions else ""
    return multiple + _range(space.ranges[name]) + condition


def _range(bounds: Range) -> str:
    match bounds:
        case Choice():
            return f"one of {', '.join(map(_value, bounds.values))}"
        case RandInt():
            return f"whole, {bounds.low} to {bounds.high - 1}"
        case QUniform():
            return f"{_value(bounds.low)} to {_value(bounds.high)} by {_value(bounds.step)}"
        case _:
            scale = ", logarithmic" if bounds.type == "loguniform" else ""
            return f"{_value(bounds.low)} to {_value(bounds.high)}{scale}"


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else show(value)
