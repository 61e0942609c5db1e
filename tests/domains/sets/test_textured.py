from pathlib import Path

import torch

from lstnet_search.domains import Domain, load
from lstnet_search.domains.sets.textured import textured


def digits(count: int = 3) -> Domain:
    images = torch.zeros(count, 1, 28, 28, dtype=torch.uint8)
    images[:, :, 10:18, 10:18] = 255
    return Domain("mnist", images, torch.arange(count))


def test_digits_are_dark_on_bright_paper_in_colour() -> None:
    made = textured(digits(), "train")
    assert made.name == "textured"
    assert made.images.shape == (3, 3, 32, 32)
    assert made.labels is not None
    assert made.labels.tolist() == [0, 1, 2]
    ink = torch.zeros(32, 32, dtype=torch.bool)
    ink[12:20, 12:20] = True
    assert made.images[..., ink].max() <= 26  # a tenth of 255, rounded
    assert made.images[..., ~ink].min() >= 150


def test_every_image_has_its_own_paper_the_same_every_time() -> None:
    made = textured(digits(), "train").images
    assert torch.equal(made, textured(digits(), "train").images)
    assert not torch.equal(made[0], made[1])
    assert not torch.equal(made, textured(digits(), "test").images)


def test_it_comes_with_the_package() -> None:
    domain = load("textured", "bundled", Path("does not exist"), "test")
    assert domain.images.shape == (2000, 3, 32, 32)
    assert domain.fingerprint == "96789eb97fc4c9a6"
