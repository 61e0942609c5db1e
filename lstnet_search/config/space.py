"""The search space: which settings are searched, which are fixed, and which follow another."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from lstnet_search.config.errors import InputError, show
from lstnet_search.config.ranges import Range, check_range, parse_range
from lstnet_search.config.trial import TrialConfig, check_name, check_setting
from lstnet_search.config.yaml_file import read_yaml


class Space(BaseModel):
    """A checked search space.

    Every setting of a trial is either named here or keeps the preset's value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fixed: dict[str, Any] = {}
    ranges: dict[str, Annotated[Range, Field(discriminator="type")]] = {}
    ties: dict[str, str] = {}
    """Setting -> the setting whose value it takes."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a space file.

        Raises:
            InputError: if the file is missing, empty, not YAML, or any key or bound is wrong.
        """
        return cls.parse(read_yaml(path, "space file", "--space"), str(path))

    @classmethod
    def parse(cls, content: Any, where: str) -> Self:
        """Check the content of a space file.

        Args:
            content: setting -> value, or a mapping that describes a range or a tie.
            where: the file, for messages.

        Raises:
            InputError: naming the setting, what is wrong, and what is allowed.
        """
        if not isinstance(content, dict) or not content:
            raise InputError(f"{where} is empty or not a mapping; write one line a setting, such as 'w3: 100'")
        fixed: dict[str, Any] = {}
        ranges: dict[str, Range] = {}
        ties: dict[str, str] = {}
        for name, value in content.items():
            if not isinstance(name, str):
                raise InputError(f"the key {show(name)} in {where} must be the name of a setting")
            if isinstance(value, dict) and "tie" in value:
                ties[name] = _parse_tie(name, value, where)
            elif isinstance(value, dict):
                ranges[name] = parse_range(name, value, where)
            else:
                fixed[name] = check_setting(name, value, where)
        for name, target in ties.items():
            if target in ranges:
                check_range(name, ranges[target], where, owner=target)
            elif target in fixed:
                check_setting(name, fixed[target], where, f"the value of {target}, to which it is tied,")
            else:
                raise InputError(
                    f"{name} is tied to {show(target)}, which is neither fixed nor searched; "
                    f"give it a value or a range in {where}"
                )
        return cls(fixed=fixed, ranges=ranges, ties=ties)

    @property
    def dimensions(self) -> int:
        """The number of settings that are searched."""
        return len(self.ranges)

    def complete(self, drawn: dict[str, Any]) -> dict[str, Any]:
        """All settings that the space decides, from a draw of its ranges."""
        known = self.fixed | drawn
        return known | {name: known[target] for name, target in self.ties.items()}

    def point(self, trial: TrialConfig) -> dict[str, Any]:
        """A trial's values of the searched settings, as a draw.

        Raises:
            InputError: if a value lies outside its range.
        """
        drawn = {name: getattr(trial, name) for name in self.ranges}
        for name, value in drawn.items():
            if not self.ranges[name].contains(value):
                raise InputError(
                    f"{name}={show(value)} is no draw from its range ({self.ranges[name]}); widen the range"
                )
        return drawn

    def edges(self, settings: dict[str, Any]) -> dict[str, Literal["low", "high"]]:
        """The searched settings that stand at an end of their range, with the end."""
        found = {name: bounds.edge(settings[name]) for name, bounds in self.ranges.items()}
        return {name: edge for name, edge in found.items() if edge is not None}

    def content(self) -> dict[str, Any]:
        """The space as a file would have it."""
        ranges = {name: bounds.model_dump(mode="json") for name, bounds in self.ranges.items()}
        return self.fixed | ranges | {name: {"tie": target} for name, target in self.ties.items()}


def _parse_tie(name: str, content: dict[Any, Any], where: str) -> str:
    check_name(name, where)
    target = content["tie"]
    if len(content) > 1 or not isinstance(target, str):
        raise InputError(
            f"{name} in {where} is tied by {show(content)}; write 'tie: SETTING' and nothing else, such as {{tie: w1}}"
        )
    return target
