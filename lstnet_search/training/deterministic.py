"""Process-wide settings that make training bit-reproducible on the same device and library versions."""

import os

import torch


def use_deterministic_kernels() -> None:
    """Use one thread, and only kernels that sum in a fixed order, for the rest of the process.

    An operation without such a kernel raises an error. Call this before the process first uses CUDA.
    """
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"  # otherwise sums in cuBLAS depend on what else is running
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
