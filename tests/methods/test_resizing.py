"""Plain resizing, by hand."""

import torch

from lstnet_search.methods.resizing import Resizing
from lstnet_search.models import ImageShape


def test_images_get_the_other_domains_side() -> None:
    resizing = Resizing((ImageShape(1, 28), ImageShape(1, 14)))
    images = torch.rand(2, 1, 28, 28)
    smaller = resizing.translate(images, 0)
    # By area: the mean of each 2x2 square.
    torch.testing.assert_close(smaller[1, 0, 3, 5], images[1, 0, 6:8, 10:12].mean())
    larger = resizing.translate(smaller, 1)
    assert larger.shape == images.shape
    # Bilinear: an odd pixel lies a quarter of the way to the next.
    expected = 0.75 * (0.75 * smaller[0, 0, 0, 0] + 0.25 * smaller[0, 0, 0, 1]) + 0.25 * (
        0.75 * smaller[0, 0, 1, 0] + 0.25 * smaller[0, 0, 1, 1]
    )
    torch.testing.assert_close(larger[0, 0, 1, 1], expected)


def test_grey_is_repeated_and_colours_are_averaged() -> None:
    resizing = Resizing((ImageShape(1, 16), ImageShape(3, 16)))
    grey = torch.rand(2, 1, 16, 16)
    assert torch.equal(resizing.translate(grey, 0), torch.cat((grey, grey, grey), dim=1))
    colours = torch.tensor([-1.0, 0.0, 0.4]).view(1, 3, 1, 1).expand(2, 3, 16, 16)
    torch.testing.assert_close(resizing.translate(colours, 1), torch.full((2, 1, 16, 16), -0.2))
