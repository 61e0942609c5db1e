"""Process-wide settings that make training faster."""

import ctypes
import sys

import torch

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameter numbers of mallopt(3)."""


def use_fast_settings(device: torch.device) -> None:
    """Speed up steps that all have the same shapes, for the rest of the process.

    On CUDA, float32 products run as TF32, and cuDNN benchmarks its algorithms unless deterministic algorithms are on.
    On a CPU with glibc, freed memory is kept: by default, each large tensor is mapped again and its pages zeroed.
    """
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")
        torch.backends.cudnn.allow_tf32 = True
        torch.backends.cudnn.benchmark = not torch.are_deterministic_algorithms_enabled()
    elif sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl lacks it
        if mallopt is not None:
            mallopt(_MMAP_THRESHOLD, 2**30)
            mallopt(_TRIM_THRESHOLD, 2**31 - 1)
