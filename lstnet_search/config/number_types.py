"""Types of numbers as users write them. NaN, infinity and booleans are refused.

Text that reads as a number is accepted, because YAML 1.1 parses `1e-5` (no decimal point) as text.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticKnownError

from lstnet_search.config.image_sides import LARGEST_SIDE, LEAST_SIDE


def _refuse_boolean(value: Any) -> Any:
    if isinstance(value, bool):  # YAML reads `yes` and `on` as True, which pydantic would accept as 1
        raise PydanticKnownError("float_type")
    return value


NotBoolean = BeforeValidator(_refuse_boolean)

Number = Annotated[float, NotBoolean, Field(allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0)]
Weight = Annotated[Number, Field(ge=0)]
Fraction = Annotated[Number, Field(ge=0, lt=1)]
Rate = Annotated[Number, Field(gt=0, le=1)]
Degrees = Annotated[Number, Field(ge=0, le=180)]
"""The largest rotation in either direction."""
Pixels = Annotated[Number, Field(ge=0, le=14)]
"""The largest shift in either direction along each axis."""

Whole = Annotated[int, NotBoolean]
ImageSide = Annotated[Whole, Field(ge=LEAST_SIDE, le=LARGEST_SIDE)]
"""Height and width of an image, in pixels."""
LARGEST_COUNT = 10**12
"""Upper limit of steps and other counts, so that every table can hold them."""
Count = Annotated[Whole, Field(ge=1, le=LARGEST_COUNT)]
CountOrZero = Annotated[Whole, Field(ge=0, le=LARGEST_COUNT)]
BatchSize = Annotated[Whole, Field(ge=2, le=4096)]
Seed = Annotated[Whole, Field(ge=0, lt=2**31)]
