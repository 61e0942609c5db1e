import pytest
import torch
from torch import Tensor

from lstnet_search.config.reading import Fit
from lstnet_search.domains.user_images.squares import squared

WIDE = torch.tensor([[[1, 2, 3, 4], [5, 6, 7, 8]]])


@pytest.mark.parametrize(
    ("fit", "expected"),
    [
        ("stretch", WIDE),
        ("crop", torch.tensor([[[2, 3], [6, 7]]])),
        # The outermost pixels are all eight, twice in the corners: 1 1 2 3 4 4 5 5 6 7 8 8, whose lower median is 4.
        ("pad", torch.tensor([[[4] * 4, [1, 2, 3, 4], [5, 6, 7, 8], [4] * 4]])),
    ],
)
def test_an_image_becomes_a_square_in_three_ways(fit: Fit, expected: Tensor) -> None:
    assert torch.equal(squared(WIDE, fit), expected)
    upright = squared(WIDE.transpose(1, 2), fit)
    assert torch.equal(upright, expected.transpose(1, 2))


@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
def test_a_square_stays_as_it_is(fit: Fit) -> None:
    square = torch.rand(3, 5, 5)
    assert torch.equal(squared(square, fit), square)


def test_a_tall_colour_image_is_padded_with_its_own_colour_on_both_sides() -> None:
    image = torch.zeros(3, 5, 2, dtype=torch.uint8)
    image[1] = 200
    padded = squared(image, "pad")
    assert padded.dtype == torch.uint8
    assert padded.shape == (3, 5, 5)
    assert padded.amin((1, 2)).tolist() == padded.amax((1, 2)).tolist() == [0, 200, 0]
