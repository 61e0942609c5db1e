"""Changing what a space draws for a trial that is running: within its ranges, weights alone."""

from collections.abc import Mapping
from typing import Any

from lstnet_search.config.methods import WEIGHT_NAMES, LSTNetConfig
from lstnet_search.config.space.ranges import LogUniform, Uniform
from lstnet_search.config.space.space import Space
from lstnet_search.errors import InputError

REFERENCE = "w3"
"""The weight that stays as it is: a common factor on all would act like a step of the learning rate."""


def check_population(scheduler: str, space: Space, where: str) -> None:
    """Check that all that a space searches can change during a training.

    Raises:
        InputError: naming the first thing that cannot.
    """
    fixed = float(space.fixed.get(REFERENCE, LSTNetConfig().w3))
    searched = {*space.ranges, *space.ties}
    others = sorted(searched - {*WEIGHT_NAMES})
    stiff = sorted(name for name, bounds in space.ranges.items() if not isinstance(bounds, Uniform | LogUniform))
    for found, reason in (
        (others, "only weights change during a training; fix it"),
        ([REFERENCE] if REFERENCE in searched else [], "only ratios to w3 matter, which stays; fix it"),
        (sorted(space.conditions), "what is searched must not change during a training; remove its 'when'"),
        (sorted(space.simplex.of) if space.simplex else [], "shares of a sum change together; give it a range"),
        ([REFERENCE] if fixed != LSTNetConfig().w3 else [], "trial 0 has another, and gives its network; leave it out"),
        (stiff, "it must be able to take any value of its range; use uniform or loguniform"),
    ):
        if found:
            raise InputError(f"--scheduler {scheduler} cannot search {found[0]} as {where} has it: {reason}")


def mutated_weights(space: Space, weights: Mapping[str, float], drawn: Mapping[str, float]) -> dict[str, float]:
    """All seven weights, from those that a training has and other values of the space's parameters.

    Args:
        space: checked by `check_population`.
        weights: those that the space leaves alone stay.
        drawn: a value a parameter; what lies outside a range is taken to be its end.
    """
    within: dict[str, Any] = {}
    for name, bounds in space.parameters.items():
        assert isinstance(bounds, Uniform | LogUniform)
        within[name] = min(max(drawn[name], bounds.low), bounds.high)
    completed = space.complete(within)
    return {name: float(completed.get(name, value)) for name, value in weights.items()}
