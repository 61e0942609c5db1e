"""Settings that are shares of a fixed sum."""

from collections.abc import Mapping
from math import fsum, isclose
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lstnet_search.config.number_types import Positive
from lstnet_search.config.space.ranges import Uniform, check_range
from lstnet_search.config.space.setting import SettingChecker
from lstnet_search.errors import InputError, explain, show


class Simplex(BaseModel):
    """Settings >= 0 that add up to `sum`; all ways to divide it are equally likely.

    There is one parameter fewer than settings: each setting except the last takes a part of what is left. The
    division is uniform if the part of the k-th of n settings follows Beta(1, n - k). The parameters are the values
    of this distribution's cumulative distribution function: uniform in [0, 1], and computable from the settings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: Annotated[tuple[str, ...], Field(min_length=2)]
    sum: Positive

    @property
    def parameters(self) -> dict[str, Uniform]:
        """The ranges of the parameters, by name."""
        return {f"simplex/{name}": Uniform(low=0, high=1) for name in self.of[:-1]}

    def settings(self, drawn: Mapping[str, float]) -> dict[str, float]:
        """The settings' values for a draw of the parameters."""
        left, values = self.sum, {}
        for later, name in zip(range(len(self.of) - 1, 0, -1), self.of, strict=False):
            rest = left * (1 - drawn[f"simplex/{name}"]) ** (1 / later)
            values[name] = left - rest
            left = rest
        return values | {self.of[-1]: left}

    def point(self, settings: Mapping[str, float]) -> dict[str, float]:
        """The draw that gives the settings' values.

        Raises:
            InputError: if they do not add up to the sum.
        """
        values = [settings[name] for name in self.of]
        if not isclose(fsum(values), self.sum):
            raise InputError(
                f"{' + '.join(self.of)} = {fsum(values):.10g} is not the simplex's sum={self.sum:.10g}; "
                f"set its sum to {fsum(values):.10g}"
            )
        drawn = {}
        for index, name in enumerate(self.of[:-1]):
            left, rest = fsum(values[index:]), fsum(values[index + 1 :])
            later = len(values) - 1 - index
            drawn[f"simplex/{name}"] = 1 - (rest / left) ** later if left else 0.0
        return drawn


def parse_simplex(content: Any, checker: SettingChecker) -> Simplex:
    """Parse the simplex of a space file.

    Raises:
        InputError: if it is wrong, or one of its settings cannot take every share.
    """
    where = checker.where
    if not isinstance(content, dict):
        raise InputError(f"simplex={show(content)} in {where} must be like {{of: [w1, w2, wl], sum: 100}}")
    try:
        simplex = Simplex.model_validate(content)
    except ValidationError as error:
        raise explain(error, where, "the simplex") from None
    if len(set(simplex.of)) < len(simplex.of):
        raise InputError(f"the simplex in {where} names a setting twice; remove one of them")
    for name in simplex.of:
        check_range(name, Uniform(low=0, high=simplex.sum), "the simplex", checker)
    return simplex
