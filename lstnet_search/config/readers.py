"""Names of the readers: how images of a domain are labelled with the help of the other domain's labels."""

from typing import Literal, get_args

Reader = Literal["translated", "adapted", "both"]
"""`translated`: images are translated, and the other domain's classifier labels them, as in the paper. `adapted`: a
classifier that learned from translated images of the other domain labels images as they are. `both`: the mean of
their probabilities."""
READERS: tuple[Reader, ...] = get_args(Reader)
LABELLER = "labeller"
"""The only reader of a method that labels images itself."""
