"""Numbers as users write them: NaN, infinity and booleans are none.

Text that reads as a number is one: YAML 1.1 takes `1e-5`, which lacks the point, for text.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticKnownError


def _refuse_boolean(value: Any) -> Any:
    if isinstance(value, bool):  # YAML reads `yes` and `on` as True, which pydantic would take for 1
        raise PydanticKnownError("float_type")
    return value


NotBoolean = BeforeValidator(_refuse_boolean)

Number = Annotated[float, NotBoolean, Field(allow_inf_nan=False)]
Whole = Annotated[int, NotBoolean]
LARGEST_COUNT = 10**12
"""Of steps and the like: no table holds numbers of any size."""
Count = Annotated[Whole, Field(ge=1, le=LARGEST_COUNT)]
