"""How well a fresh linear classifier tells the latents of two domains apart."""

import torch
from torch import Tensor

RIDGE = 0.1


def latent_probe(latents_a: Tensor, latents_b: Tensor) -> float:
    """Accuracy of a linear classifier that is fitted on half of the latents, on the other half.

    Regularised least squares in its dual form: one solve in the number of latents, however many
    features they have.

    Args:
        latents_a: of images of one domain, (N, D), N > 1, in no particular order.
        latents_b: of the other, as many.

    Returns:
        In [0, 1]; one half where the domains cannot be told apart, as LSTNet wants it.
    """
    latents = torch.cat((latents_a, latents_b)).double()
    signs = torch.ones(len(latents), dtype=torch.float64, device=latents.device)
    signs[len(latents_a) :] = -1
    half = torch.arange(len(latents), device=latents.device) % len(latents_a) % 2 == 0
    centred = latents - latents[half].mean(0)
    kernel = centred @ centred[half].T
    fitted = kernel[half]
    ridge = RIDGE * fitted.diagonal().mean().clamp(min=torch.finfo(torch.float64).tiny)
    identity = torch.eye(len(fitted), dtype=torch.float64, device=latents.device)
    scores = kernel[~half] @ torch.linalg.solve(fitted + ridge * identity, signs[half])
    return float(((scores > 0) == (signs[~half] > 0)).double().mean())
