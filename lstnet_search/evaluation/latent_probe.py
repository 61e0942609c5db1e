"""The latent probe: how well a linear classifier can tell the latents of two domains apart."""

import torch
from torch import Tensor

RIDGE = 0.1


def latent_probe(latents_a: Tensor, latents_b: Tensor) -> float:
    """Accuracy of a linear classifier that is fitted to half of the latents, on the other half.

    It is ridge regression in dual form: one linear solve, whose size is the number of latents and not their length.

    Args:
        latents_a: latents of one domain, (N, D), N > 1, in random order.
        latents_b: the same number of latents of the other domain.

    Returns:
        In [0, 1]. One half means that the domains cannot be told apart, which is what LSTNet aims for.
    """
    latents = torch.cat((latents_a, latents_b)).double()
    signs = torch.ones(len(latents), dtype=torch.float64, device=latents.device)
    signs[len(latents_a) :] = -1
    half = torch.arange(len(latents), device=latents.device) % len(latents_a) % 2 == 0
    centred = latents - latents[half].mean(0)
    kernel = centred @ centred[half].T
    gram = kernel[half]
    ridge = RIDGE * gram.diagonal().mean().clamp(min=torch.finfo(torch.float64).tiny)
    identity = torch.eye(len(gram), dtype=torch.float64, device=latents.device)
    scores = kernel[~half] @ torch.linalg.solve(gram + ridge * identity, signs[half])
    return float(((scores > 0) == (signs[~half] > 0)).double().mean())
