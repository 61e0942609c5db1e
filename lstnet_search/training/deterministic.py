"""Settings of a process under which a training gives the same bits each time, on the same device and versions."""

import os

import torch


def use_deterministic_kernels() -> None:
    """Compute on one thread, and by kernels that add up in a fixed order, for as long as the process lives.

    What has no such kernel raises an error. To be called before the process first uses CUDA.
    """
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"  # else sums of cuBLAS depend on what runs beside them
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
