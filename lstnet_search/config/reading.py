"""Settings that say how the images of two domains are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Fit = Literal["stretch", "crop", "pad"]
"""How an image becomes a square: stretched, cropped to its middle, or padded with the colour of its border."""

Role = Literal["image", "label", "split"]
"""What a column of a table can hold."""

ROLES: tuple[Role, ...] = get_args(Role)

Columns = Mapping[Role, str]
"""Names of a table's columns. A column that is not given has one of the usual names."""


@dataclass(frozen=True)
class Reading:
    """How images are read. The defaults suit most sets.

    Attributes:
        skip_bad: leave out a user's images that cannot be read, if there are only a few.
        fit: how a user's images become squares.
        sides: height and width, in pixels, that images of a domain are resized to, by the domain's name.
        columns: names of a table's columns, by the domain's name.
        common_classes: use only the classes that both domains have.
    """

    skip_bad: bool = False
    fit: Fit = "stretch"
    sides: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[str, Columns] = field(default_factory=dict)
    common_classes: bool = False
