"""Which kernels the trials of a search compute with between convolutions, because rounding depends on them."""

from lstnet_search.config import TranslationConfig
from lstnet_search.config.search import SearchConfig
from lstnet_search.models import compiled
from lstnet_search.training.precision import resolve_precision
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.trials.device import device_for


def kernels_of(config: SearchConfig, placement: Placement) -> str:
    """A digest of the compiled kernels, as `search.yaml` records it, or "" if PyTorch's own are used."""
    return compiled.digest() if _may_compile(config, placement) else ""


def remark_on_kernels(config: SearchConfig, placement: Placement, recorded: str | None) -> str | None:
    """A sentence for the terminal if kernels are slower than they could be, or are not those of the first run.

    Args:
        config: the search.
        placement: how many threads a trial has, and whether it has a GPU.
        recorded: what the search that is resumed recorded; None for a new search.
    """
    kernels = kernels_of(config, placement)
    if recorded is not None and recorded != kernels:
        return (
            f"trials now use {_named(kernels)} instead of {_named(recorded)}: results differ by rounding, as on "
            "another kind of machine"
        )
    if not kernels and _may_compile(config, placement):
        return "no working C compiler (cc): training steps are slower than they could be, see docs/speed.md"
    return None


def _named(kernels: str) -> str:
    return f"the compiled kernels {kernels}" if kernels else "PyTorch's own kernels"


def _may_compile(config: SearchConfig, placement: Placement) -> bool:
    one_thread = config.deterministic or placement.threads == 1
    device = device_for(placement.gpus)
    if not isinstance(config.trial, TranslationConfig) or device.type != "cpu" or not one_thread:
        return False
    return resolve_precision(config.trial.precision, device) == "float32"
