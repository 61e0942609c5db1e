"""Random rotation, scaling and shift of a batch, in one affine sampling."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from lstnet_search.domains.domain import to_unit_range


@dataclass(frozen=True)
class Augmentation:
    """Bounds of the random transforms; an image draws uniformly between them.

    Attributes:
        rotation: largest angle either way, degrees.
        scale: factors of size lie in [1 - scale, 1 + scale], the same along both axes.
        shift: largest move either way along each axis, pixels.
    """

    rotation: float
    scale: float
    shift: float

    def apply(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Transform each image by draws of its own; (0, 0, 0) changes none.

        Args:
            images: uint8, (B, C, H, W), H = W.
            generator: on the CPU, so that every device sees the same draws.

        Returns:
            float32 in [-1, 1], same shape.
        """
        if not (self.rotation or self.scale or self.shift):
            return to_unit_range(images)
        # All four are drawn even where a bound is 0: changing one bound keeps the draws of the others.
        draws = torch.rand(4, len(images), generator=generator).mul_(2.0).sub_(1.0)
        angles, growths, shifts_x, shifts_y = send(draws, images.device)
        return transform(
            images,
            angles * self.rotation,
            1.0 + growths * self.scale,
            shifts_x * self.shift,
            shifts_y * self.shift,
        )


def transform(images: Tensor, angles: Tensor, factors: Tensor, shifts_x: Tensor, shifts_y: Tensor) -> Tensor:
    """Turn and scale each image about its centre, then shift it; bilinear.

    Args:
        images: uint8, (B, C, H, W), H = W.
        angles: (B,), degrees, clockwise.
        factors: (B,), above 1 enlarges.
        shifts_x: (B,), pixels to the right.
        shifts_y: (B,), pixels downwards.

    Returns:
        float32 in [-1, 1], same shape; exactly -1 where nothing was.
    """
    side = images.shape[-1]
    # Elementwise rather than a matrix product, which reduced precision (TF32, autocast) would blur.
    centres = (torch.arange(side, device=images.device) * 2 + 1) / side - 1
    x = centres.view(1, 1, side) - (shifts_x * (2 / side)).view(-1, 1, 1)
    y = centres.view(1, side, 1) - (shifts_y * (2 / side)).view(-1, 1, 1)
    radians = torch.deg2rad(angles)
    cosine = (radians.cos() / factors).view(-1, 1, 1)
    sine = (radians.sin() / factors).view(-1, 1, 1)
    grid = torch.stack((cosine * x + sine * y, cosine * y - sine * x), dim=-1)
    # Sampled before the change of range: the zeros outside are then the background, -1 afterwards.
    sampled = F.grid_sample(images.to(torch.float32), grid, padding_mode="zeros", align_corners=False)
    return to_unit_range(sampled).clamp_(-1.0, 1.0)


def send(values: Tensor, device: torch.device) -> Tensor:
    """CPU values on a device, without making the host wait for it."""
    if device.type == "cuda":
        return values.pin_memory().to(device, non_blocking=True)
    return values.to(device)
