"""Settings of a process under which training is faster on its device, for as long as the process lives."""

import ctypes
import sys

import torch

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameters of mallopt(3)."""


def use_fast_settings(device: torch.device) -> None:
    """Make the most of a device whose steps all have the same shapes.

    On CUDA: float32 products run as TF32, cuDNN times its algorithms unless results are to be deterministic. On a CPU
    with glibc: freed memory is kept, for by default each large tensor of a step is mapped and its pages zeroed anew.
    """
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")
        torch.backends.cudnn.allow_tf32 = True
        torch.backends.cudnn.benchmark = not torch.are_deterministic_algorithms_enabled()
    elif sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(_MMAP_THRESHOLD, 2**30)
            mallopt(_TRIM_THRESHOLD, 2**31 - 1)
