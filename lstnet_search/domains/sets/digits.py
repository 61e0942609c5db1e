"""Optical digits (Alpaydin and Kaynak 1998): the 1797 images of 8×8 pixels that come with scikit-learn."""

import torch
import torch.nn.functional as F

from lstnet_search.domains.domain import Domain, Part

SIDE = 16
TEST = 360
"""The last images, a fifth, are the test set."""
_LARGEST = 16
"""Pixels are counts from 0 to 16."""


def read_digits(part: Part) -> Domain:
    """Read one part: 1437 training images or 360 test images, (N, 1, 16, 16), enlarged bilinearly from 8×8."""
    from sklearn.datasets import load_digits

    content = load_digits()
    chosen = slice(-TEST) if part == "train" else slice(-TEST, None)
    counts = torch.from_numpy(content.images[chosen]).float().unsqueeze(1)
    enlarged = F.interpolate(counts * (255 / _LARGEST), size=(SIDE, SIDE), mode="bilinear")
    labels = torch.from_numpy(content.target[chosen]).long()
    return Domain("digits", enlarged.round().to(torch.uint8), labels)
