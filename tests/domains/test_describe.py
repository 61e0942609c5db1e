from dataclasses import replace

import pytest
import torch

from lstnet_search.domains import Domain
from lstnet_search.domains.describe import describe, split_lines
from lstnet_search.domains.domain import ReadAs


def test_counts_range_and_means() -> None:
    images = torch.zeros(4, 1, 16, 16, dtype=torch.uint8)
    images[:2, :, 4:12, 4:12] = 200
    found = describe(Domain("x", images, torch.tensor([0, 0, 0, 1]), 2, ("cat", "dog")))
    assert found.class_counts == {"cat": 3, "dog": 1}
    assert (found.count, found.channels, found.side, found.low, found.high) == (4, 1, 16, 0, 200)
    assert (found.mean, found.border, found.middle) == (
        25,
        0,
        100,
    )  # means: 200/8 and 200/2
    assert found.lines() == [
        "4 images of 16x16, grey",
        "classes: 2 (cat: 3, dog: 1); the smallest has 33% of the largest",
        "range: 0 to 200, mean 25.0",
        "polarity: bright on dark (border 0, middle 100)",
    ]


def test_an_image_that_is_in_both_parts_is_said() -> None:
    images = torch.arange(8, dtype=torch.uint8).view(8, 1, 1, 1).expand(8, 3, 9, 9)
    read_as = ReadAs(3, (12, 20))
    train, test = (Domain("photos", each, None, read_as=read_as) for each in (images[:6], images[4:]))
    assert split_lines(train, test) == [
        "files: images of 20x12, RGB",
        "split: 6 training and 4 test images",
        "2 of 4 test images are also training images, so test accuracies would be too high: remove them from one part",
    ]
    assert split_lines(train, replace(test, images=test.images[2:, :1])) == [
        "files: images of 20x12, RGB",
        "split: 6 training and 2 test images",
    ]


def test_polarity_is_dark_on_bright_or_unclear() -> None:
    images = torch.full((1, 3, 16, 16), 255, dtype=torch.uint8)
    assert describe(Domain("x", images, None)).polarity == "unclear: border and middle are both bright"
    images[:, 0, 4:12, 4:12] = 0
    assert describe(Domain("x", images, None)).polarity == "dark on bright"
    assert "classes: unlabelled" in describe(Domain("x", images, None)).lines()


def test_a_class_name_with_control_codes_stays_on_its_line() -> None:
    images = torch.zeros(2, 1, 16, 16, dtype=torch.uint8)
    named = describe(Domain("x", images, torch.tensor([0, 1]), 2, ("a\nb", "\x1b[2J")))
    assert named.lines()[1] == "classes: 2 (a b: 1,  [2J: 1); the smallest has 100% of the largest"


@pytest.mark.parametrize(("change", "reported"), [(0, True), (1, False)])
def test_grey_images_saved_in_colour_are_reported(change: int, reported: bool) -> None:
    images = torch.zeros(2, 3, 14, 14, dtype=torch.uint8)
    images[1, 2, 3, 3] = change
    assert ("all three channels are equal" in describe(Domain("x", images, None)).lines()[0]) == reported
