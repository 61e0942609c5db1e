"""Search for the loss weights of LSTNet, an unsupervised image translation network."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lstnet_search.api import Best, InputError, Study, load_study, predict

__version__ = "0.1.0"
__all__ = ["Best", "InputError", "Study", "load_study", "predict"]


def __getattr__(name: str) -> Any:
    """Import a name of the Python API when it is first used: torch and pandas take seconds to import."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from lstnet_search import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
