"""Plain resizing, which is all that the no-translation baseline does."""

import torch.nn.functional as F
from torch import Tensor


def resize_to(images: Tensor, side: int) -> Tensor:
    """Resize images to a square: bilinear along an axis that grows, by area along one that shrinks.

    Args:
        images: float, (N, C, H, W), in [-1, 1]; if H and W differ, the content is stretched.
        side: new height and width, in pixels.

    Returns:
        (N, C, side, side), same range; the input itself if it has that size already.
    """
    shrunk = min(images.shape[-2], side), min(images.shape[-1], side)
    if images.shape[-2:] != shrunk:
        images = F.interpolate(images, size=shrunk, mode="area")
    if shrunk != (side, side):
        images = F.interpolate(images, size=(side, side), mode="bilinear", align_corners=False)
    return images
