"""Random rotation, scaling and shift of a batch, sampled once with one affine transform."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from lstnet_search.domains.domain import to_unit_range


@dataclass(frozen=True)
class Augmentation:
    """Bounds of the random transforms; each image draws its values uniformly between them.

    Attributes:
        rotation: largest angle in either direction, in degrees.
        scale: scale factors lie in [1 - scale, 1 + scale], the same along both axes.
        shift: largest shift in either direction along each axis, in pixels.
    """

    rotation: float
    scale: float
    shift: float

    def apply(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Transform each image by its own random draws. If all bounds are 0, pixels stay unchanged.

        Args:
            images: uint8, (B, C, H, W), H = W.
            generator: on the CPU, so that the draws are the same on every device.

        Returns:
            float32 in [-1, 1], same shape.
        """
        if not (self.rotation or self.scale or self.shift):
            return to_unit_range(images)
        # All four are drawn even if a bound is 0, so that changing one bound does not change the other draws.
        draws = torch.rand(4, len(images), generator=generator).mul_(2.0).sub_(1.0)
        angles, scales, shifts_x, shifts_y = to_device(draws, images.device)
        return transform(
            images,
            angles * self.rotation,
            1.0 + scales * self.scale,
            shifts_x * self.shift,
            shifts_y * self.shift,
        )


def transform(images: Tensor, angles: Tensor, factors: Tensor, shifts_x: Tensor, shifts_y: Tensor) -> Tensor:
    """Rotate and scale each image about its centre, then shift it, with bilinear sampling.

    Args:
        images: uint8, (B, C, H, W), H = W.
        angles: (B,), degrees, clockwise.
        factors: (B,), scale factors; above 1 enlarges.
        shifts_x: (B,), pixels to the right.
        shifts_y: (B,), pixels downwards.

    Returns:
        float32 in [-1, 1], same shape; exactly -1 outside the original image.
    """
    side = images.shape[-1]
    # Elementwise, because reduced precision (TF32, autocast) would make a matrix product inexact.
    centres = (torch.arange(side, device=images.device) * 2 + 1) / side - 1
    x = centres.view(1, 1, side) - (shifts_x * (2 / side)).view(-1, 1, 1)
    y = centres.view(1, side, 1) - (shifts_y * (2 / side)).view(-1, 1, 1)
    radians = torch.deg2rad(angles)
    cosine = (radians.cos() / factors).view(-1, 1, 1)
    sine = (radians.sin() / factors).view(-1, 1, 1)
    grid = torch.stack((cosine * x + sine * y, cosine * y - sine * x), dim=-1)
    # Sampled in the range 0 to 255: the zeros outside the image then become the background, -1.
    sampled = F.grid_sample(images.to(torch.float32), grid, padding_mode="zeros", align_corners=False)
    return to_unit_range(sampled).clamp_(-1.0, 1.0)


def to_device(values: Tensor, device: torch.device) -> Tensor:
    """Copy a CPU tensor to a device without making the host wait for the copy."""
    if device.type == "cuda":
        return values.pin_memory().to(device, non_blocking=True)
    return values.to(device)
