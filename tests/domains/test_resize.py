import pytest
import torch

from lstnet_search.domains import resize_to


def test_enlarging_is_bilinear() -> None:
    # Four pixel centres in the grid of two: -0.25 (clamped to 0), 0.25, 0.75, 1.25 (clamped to 1).
    row = resize_to(torch.tensor([[[[-1.0, 1.0], [-1.0, 1.0]]]]), 4)[0, 0, 0]
    assert row.tolist() == [-1.0, -0.5, 0.5, 1.0]


def test_shrinking_takes_the_mean_of_the_area() -> None:
    images = torch.tensor([[[[0.0, 0.0, 0.0], [0.0, 0.0, 0.9], [-0.9, 0.9, 0.9]]]])
    assert resize_to(images, 1).item() == pytest.approx(0.2)


def test_images_that_have_the_side_are_unchanged() -> None:
    images = torch.linspace(-1, 1, 12).view(1, 3, 2, 2)
    assert torch.equal(resize_to(images, 2), images)


def test_an_image_that_is_not_square_is_stretched_to_a_square() -> None:
    # 2x8 to 4x4: the width shrinks by area, the height grows bilinearly.
    row = torch.tensor([0.0, 0.5, -1.0, 1.0, 1.0, 1.0, 0.0, 0.0])
    image = torch.stack((row, -row)).view(1, 1, 2, 8)
    means = torch.tensor([0.25, 0.0, 1.0, 0.0])
    assert torch.equal(resize_to(image, 4)[0, 0], torch.stack((means, means / 2, -means / 2, -means)))


def test_an_image_that_has_the_side_along_one_axis_only_is_resized() -> None:
    assert resize_to(torch.zeros(1, 1, 4, 2), 4).shape == resize_to(torch.zeros(1, 1, 2, 4), 4).shape == (1, 1, 4, 4)
