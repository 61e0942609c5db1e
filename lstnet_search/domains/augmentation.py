"""Random changes of a batch: one affine transform, sampled once, and a change of brightness."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from lstnet_search.domains.domain import to_unit_range


@dataclass(frozen=True)
class Augmentation:
    """Bounds of the random changes; each image draws its values uniformly between them.

    Attributes:
        rotation: largest angle in either direction, in degrees.
        scale: scale factors lie in [1 - scale, 1 + scale], the same along both axes.
        shift: largest shift in either direction along each axis, in pixels.
        shear: largest angle of a horizontal shear in either direction, in degrees.
        stretch: the height is scaled by one more factor in [1 - stretch, 1 + stretch].
        brightness: pixels, 0 to 255, are multiplied by a factor in [1 - brightness, 1 + brightness], at most to 255.
    """

    rotation: float
    scale: float
    shift: float
    shear: float = 0.0
    stretch: float = 0.0
    brightness: float = 0.0

    def apply(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Change each image by its own random draws. If all bounds are 0, pixels stay unchanged.

        Args:
            images: uint8, (B, C, H, W), H = W.
            generator: on the CPU, so that the draws are the same on every device.

        Returns:
            float32 in [-1, 1], same shape.
        """
        further = self.shear, self.stretch, self.brightness
        if not any((self.rotation, self.scale, self.shift, *further)):
            return to_unit_range(images)

        def draw(count: int) -> Tensor:
            return torch.rand(count, len(images), generator=generator).mul_(2.0).sub_(1.0)

        # All four are drawn even if a bound is 0, so that changing one bound does not change the other draws.
        draws = torch.cat((draw(4), draw(3) if any(further) else torch.zeros(3, len(images))))
        angles, scales, shifts_x, shifts_y, shears, stretches, brightnesses = to_device(draws, images.device)
        return transform(
            images,
            angles * self.rotation,
            1.0 + scales * self.scale,
            shifts_x * self.shift,
            shifts_y * self.shift,
            shears * self.shear,
            1.0 + stretches * self.stretch,
            1.0 + brightnesses * self.brightness,
        )


def transform(
    images: Tensor,
    angles: Tensor,
    factors: Tensor,
    shifts_x: Tensor,
    shifts_y: Tensor,
    shears: Tensor,
    stretches: Tensor,
    brightnesses: Tensor,
) -> Tensor:
    """Scale, shear and rotate each image about its centre, then shift it, with bilinear sampling.

    Args:
        images: uint8, (B, C, H, W), H = W.
        angles: (B,), degrees, clockwise.
        factors: (B,), scale factors; above 1 enlarges.
        shifts_x: (B,), pixels to the right.
        shifts_y: (B,), pixels downwards.
        shears: (B,), degrees; above 0 the lower half moves to the right.
        stretches: (B,), further scale factors of the height.
        brightnesses: (B,), factors on pixels in the range 0 to 255.

    Returns:
        float32 in [-1, 1], same shape; exactly -1 outside the original image.
    """
    side = images.shape[-1]
    # Elementwise, because reduced precision (TF32, autocast) would make a matrix product inexact.
    centres = (torch.arange(side, device=images.device) * 2 + 1) / side - 1
    x = centres.view(1, 1, side) - (shifts_x * (2 / side)).view(-1, 1, 1)
    y = centres.view(1, side, 1) - (shifts_y * (2 / side)).view(-1, 1, 1)
    # The inverse: where in the image a pixel of the result comes from.
    cosine, sine, slope = torch.deg2rad(angles).cos(), torch.deg2rad(angles).sin(), torch.deg2rad(shears).tan()
    heights = factors * stretches
    x_of_x, x_of_y = ((each / factors).view(-1, 1, 1) for each in (cosine + slope * sine, sine - slope * cosine))
    y_of_x, y_of_y = ((each / heights).view(-1, 1, 1) for each in (-sine, cosine))
    grid = torch.stack((x_of_x * x + x_of_y * y, y_of_y * y + y_of_x * x), dim=-1)
    # Sampled in the range 0 to 255: the zeros outside the image then become the background, -1.
    sampled = F.grid_sample(images.to(torch.float32), grid, padding_mode="zeros", align_corners=False)
    return to_unit_range(sampled * brightnesses.view(-1, 1, 1, 1)).clamp_(-1.0, 1.0)


def to_device(values: Tensor, device: torch.device) -> Tensor:
    """Copy a CPU tensor to a device without making the host wait for the copy."""
    if device.type == "cuda":
        return values.pin_memory().to(device, non_blocking=True)
    return values.to(device)
