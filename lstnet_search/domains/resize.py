"""Plain resizing, which is all that the no-translation baseline does."""

import torch.nn.functional as F
from torch import Tensor


def resize_to(images: Tensor, side: int) -> Tensor:
    """Resize images, bilinear when they grow and by area when they shrink.

    Args:
        images: float, (N, C, H, W), H = W, in [-1, 1].
        side: height and width to come, pixels.

    Returns:
        (N, C, side, side), same range; the images themselves where they have that side.
    """
    if images.shape[-1] == side:
        return images
    if images.shape[-1] < side:
        return F.interpolate(images, size=(side, side), mode="bilinear", align_corners=False)
    return F.interpolate(images, size=(side, side), mode="area")
