"""Changes of the weights of a running trial, within the ranges of its space."""

from collections.abc import Mapping
from typing import Any

from lstnet_search.config.methods import WEIGHT_NAMES, LSTNetConfig
from lstnet_search.config.space.ranges import LogUniform, Uniform
from lstnet_search.config.space.space import Space
from lstnet_search.errors import InputError

REFERENCE = "w3"
"""The weight that never changes: a common factor on all weights would act like another learning rate."""


def check_population(scheduler: str, space: Space, where: str) -> None:
    """Check that everything that a space searches can change during training.

    Raises:
        InputError: naming the first setting that cannot.
    """
    published = LSTNetConfig().w3
    searched = {*space.ranges, *space.ties}
    not_weights = sorted(searched - {*WEIGHT_NAMES})
    stepped = sorted(name for name, bounds in space.ranges.items() if not isinstance(bounds, Uniform | LogUniform))
    for wrong, reason in (
        (not_weights, "only weights can change during training; fix it"),
        ([REFERENCE] if REFERENCE in searched else [], f"only ratios to {REFERENCE} matter; fix it"),
        (sorted(space.conditions), "the searched settings must stay the same during training; remove its 'when'"),
        (sorted(space.simplex.of) if space.simplex else [], "shares of a sum change together; give it a range"),
        (
            [REFERENCE] if space.fixed.get(REFERENCE, published) != published else [],
            "trial 0 has another value, and other trials copy its network; leave it out",
        ),
        (stepped, "it must be able to take any value of its range; use uniform or loguniform"),
    ):
        if wrong:
            raise InputError(f"--scheduler {scheduler} cannot search {wrong[0]} as {where} has it: {reason}")


def mutated_weights(space: Space, weights: Mapping[str, float], drawn: Mapping[str, float]) -> dict[str, float]:
    """All seven weights of a running trial after its space's parameters take new values.

    Args:
        space: a space that `check_population` accepts.
        weights: the trial's weights; those that the space does not decide stay.
        drawn: the new value of each parameter; values outside a range are moved to its nearest end.
    """
    clipped: dict[str, Any] = {}
    for name, bounds in space.parameters.items():
        assert isinstance(bounds, Uniform | LogUniform)
        clipped[name] = min(max(drawn[name], bounds.low), bounds.high)
    completed = space.complete(clipped)
    return {name: float(completed.get(name, value)) for name, value in weights.items()}
