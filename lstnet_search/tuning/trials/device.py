"""Where a process computes: on the GPU that it was given, never on one that it merely sees."""

import torch


def device_for(gpus: float) -> torch.device:
    """The device of a process that was given so many GPUs, or a share of one.

    Ray leaves GPUs visible to processes that ask for none, and simulated GPUs are not there.
    """
    return torch.device("cuda" if gpus and torch.cuda.is_available() else "cpu")


def computes(device: torch.device) -> bool:
    """Whether a process can go on computing: after some errors of a GPU every later call of the process fails."""
    if device.type != "cuda":
        return True
    try:
        torch.cuda.synchronize(device)
    except RuntimeError:
        return False
    return True
