"""The device on which a process computes: a GPU only if the process was given one."""

import torch


def device_for(gpus: float) -> torch.device:
    """The device of a process that was given a number of GPUs, or a share of one.

    Ray leaves GPUs visible to processes that asked for none, and simulated GPUs do not exist.
    """
    return torch.device("cuda" if gpus and torch.cuda.is_available() else "cpu")


def device_works(device: torch.device) -> bool:
    """Whether this process can continue to compute. After some errors of a GPU every later call fails."""
    if device.type != "cuda":
        return True
    try:
        torch.cuda.synchronize(device)
    except RuntimeError:
        return False
    return True
