"""The number of examples in a property test."""

from collections.abc import Callable
from typing import Any

from hypothesis import settings

ALWAYS = 100
"""Hypothesis' default, which the profile `searching` exceeds."""


def examples(count: int) -> Callable[[Any], Any]:
    """Try a slow property on `count` examples, or on as many as the profile says if it is `searching`."""
    chosen = settings.default.max_examples
    return settings(max_examples=chosen if chosen > ALWAYS else count)
