"""The number format that networks compute in."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Literal

import torch

Precision = Literal["auto", "float32", "bfloat16"]


def resolve_precision(precision: Precision, device: torch.device) -> Literal["float32", "bfloat16"]:
    """The format that a request means on a device: `auto` is bfloat16 where the hardware computes in it."""
    if precision != "auto":
        return precision
    if device.type == "cuda":
        native = torch.cuda.get_device_capability(device) >= (8, 0)
    else:
        # Without these units bfloat16 is emulated, and slower than float32.
        native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return "bfloat16" if native else "float32"


def autocast(precision: Precision, device: torch.device) -> Callable[[], AbstractContextManager[None]]:
    """Maker of the context that networks run in; parameters and losses stay float32."""
    if resolve_precision(precision, device) == "float32":
        return nullcontext
    return partial(torch.autocast, device.type, dtype=torch.bfloat16, cache_enabled=False)  # a lambda cannot be sent
