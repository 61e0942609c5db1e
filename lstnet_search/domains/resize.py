"""Plain resizing, which is all that the no-translation baseline does."""

import torch.nn.functional as F
from torch import Tensor


def resize_to(images: Tensor, side: int) -> Tensor:
    """Resize images, bilinear when they grow and by area when they shrink; each axis by its own length.

    Args:
        images: float, (N, C, H, W), in [-1, 1]; if H and W differ, what they show is stretched to a square.
        side: height and width to come, pixels.

    Returns:
        (N, C, side, side), same range; the images themselves where they have that side.
    """
    shrunk = min(images.shape[-2], side), min(images.shape[-1], side)
    if images.shape[-2:] != shrunk:
        images = F.interpolate(images, size=shrunk, mode="area")
    if shrunk != (side, side):
        images = F.interpolate(images, size=(side, side), mode="bilinear", align_corners=False)
    return images
