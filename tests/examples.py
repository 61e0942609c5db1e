"""How many examples a property is tried on."""

from collections.abc import Callable
from typing import Any

from hypothesis import settings

ALWAYS = 100
"""Of Hypothesis' own choice, which a profile that searches goes far beyond."""


def examples(count: int) -> Callable[[Any], Any]:
    """So many of a property whose examples take long, but for a profile that searches: that decides."""
    chosen = settings.default.max_examples
    return settings(max_examples=chosen if chosen > ALWAYS else count)
