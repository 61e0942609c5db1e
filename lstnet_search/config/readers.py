"""Names of the readers: how images of a domain are labelled with the help of the other domain's labels."""

from collections.abc import Collection
from typing import Literal, get_args

from lstnet_search.config.metrics import TARGET, read_name

Reader = Literal["translated", "adapted", "both"]
"""`translated`: images are translated, and the other domain's classifier labels them, as in the paper. `adapted`: a
classifier that learned from translated images of the other domain labels images as they are. `both`: the mean of
their probabilities."""
READERS: tuple[Reader, ...] = get_args(Reader)
LABELLER = "labeller"
"""The only reader of a method that labels images itself."""


def measured_readers(metrics: Collection[str]) -> tuple[Reader, ...]:
    """The readers whose target accuracy is among the metrics; none if that is only one reader."""
    found = tuple(reader for reader in READERS if read_name(reader, TARGET) in metrics)
    return found if len(found) > 1 else ()
