"""Makes images square."""

import torch
from torch import Tensor

from lstnet_search.config.reading import Fit


def squared(values: Tensor, fit: Fit) -> Tensor:
    """An image as a square. To be stretched, it stays as it is, because resizing will stretch it.

    Args:
        values: (C, H, W).
        fit: "crop" keeps the middle; "pad" adds the median colour of the outermost pixels on both sides; "stretch"
            returns the image as it is.

    Returns:
        (C, S, S), where S is the shorter side for "crop" and the longer one for "pad"; same type.
    """
    height, width = values.shape[1:]
    if fit == "stretch" or height == width:
        return values
    if fit == "crop":
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        return values[:, top : top + side, left : left + side]
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    padded = _border_colour(values).view(-1, 1, 1).expand(-1, side, side).clone()
    padded[:, top : top + height, left : left + width] = values
    return padded


def _border_colour(values: Tensor) -> Tensor:
    """The median of each channel over the outermost pixels, (C,)."""
    border = [values[:, [0, -1]].flatten(1), values[:, :, [0, -1]].flatten(1)]
    return torch.cat(border, dim=1).median(dim=1).values
