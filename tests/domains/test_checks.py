from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from lstnet_search.domains import load_pair
from lstnet_search.domains.checks import check_domain, check_polarity, check_shape, pair_warnings, pixel_warnings
from lstnet_search.domains.domain import Domain, DomainPair
from lstnet_search.errors import InputError


def digits(count: int = 4, channels: int = 1, height: int = 16, width: int = 16) -> Tensor:
    images = torch.zeros(count, channels, height, width, dtype=torch.uint8)
    images[..., 4:8, 4:8] = 255
    return images


def domain(images: Tensor, labels: Tensor | None = None) -> Domain:
    return Domain("usps", images, labels)


@pytest.mark.parametrize("channels", [1, 3])
def test_good_domain_passes(channels: int) -> None:
    check_domain(domain(digits(channels=channels), torch.tensor([0, 9, 1, 1])), "here")


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (digits().float(), "images of here are float32; they must be uint8, 0 to 255: convert"),
        (digits()[:, 0], r"images of here have shape \(4, 16, 16\); allowed is \(N, C, H, W\)"),
        (digits(count=0), r"have shape \(0, 1, 16, 16\); allowed is .* N > 0"),
        (digits(channels=2), r"have shape \(4, 2, 16, 16\); allowed is .* C = 1 or 3"),
        (digits(width=20), "are 16x20; they must be square: pad or crop"),
        (
            digits() // 255,
            "pixel values of here lie between 0 and 1; they must use most of 0 to 255: rescale",
        ),
        (digits() * 0 + 200, "lie between 200 and 200"),
    ],
)
def test_unusable_images_are_refused(images: Tensor, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_domain(domain(images), "here")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (torch.tensor([0, 1, 2]), r"int64 of shape \(3,\) for 4 images; they must be int64, one per image"),
        (torch.tensor([0.0, 1.0, 2.0, 3.0]), "labels of here are float32"),
        (torch.tensor([1, 2, 3, 10]), "lie between 1 and 10; allowed are 0 to 9: number the classes from 0"),
        (torch.tensor([-1, 2, 3, 9]), "lie between -1 and 9; allowed are 0 to 9"),
    ],
)
def test_unusable_labels_are_refused(labels: Tensor, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_domain(domain(digits(), labels), "here")


def test_digits_of_another_size_are_refused() -> None:
    with pytest.raises(InputError, match="have shape 1x16x16; usps has 1x28x28: use the original files"):
        check_shape(domain(digits()), 1, 28, "here")


def test_coloured_digits_are_refused() -> None:
    with pytest.raises(InputError, match="have shape 3x16x16; usps has 1x16x16"):
        check_shape(domain(digits(channels=3)), 1, 16, "here")


def test_inverted_digits_are_refused() -> None:
    check_polarity(domain(digits()), "here")
    with pytest.raises(InputError, match=r"mean of 239, which means dark digits on a bright background; .* invert"):
        check_polarity(domain(255 - digits()), "here")  # 255 * (1 - 16 / 256)


def labelled(name: str, *counts: int) -> Domain:
    """Blank images, with the given number of each class."""
    labels = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    return Domain(name, torch.zeros(len(labels), 1, 8, 8, dtype=torch.uint8), labels, len(counts))


def test_few_validation_images_are_said_with_their_number_and_what_an_accuracy_is_worth() -> None:
    many = replace(labelled("scans", 200, 200), images=torch.ones(400, 1, 8, 8, dtype=torch.uint8))
    pair = DomainPair(many, labelled("photos", 8, 8))
    assert pair_warnings(DomainPair(many, labelled("photos", 100, 100)), pair) == [
        "photos has only 16 validation images, so an accuracy on them may be wrong by 24 points; add images, a few "
        "hundred at least"
    ]


def test_class_shares_that_differ_between_domains_are_said() -> None:
    scans = replace(labelled("scans", 500, 500, 500), images=torch.ones(1500, 1, 8, 8, dtype=torch.uint8))
    photos = labelled("photos", 800, 100, 300)
    (warning,) = pair_warnings(DomainPair(scans, photos), DomainPair(scans, photos))
    assert warning.startswith("shares of classes differ: '0' is 33% of scans and 67% of photos; a translator may")
    unlabelled = replace(photos, labels=None)
    assert pair_warnings(DomainPair(scans, unlabelled), DomainPair(scans, unlabelled)) == []


def test_an_image_that_is_in_both_domains_is_said() -> None:
    numbers = torch.arange(250, dtype=torch.uint8).view(250, 1, 1, 1).expand(250, 1, 8, 8)
    scans, photos = Domain("scans", numbers, None), Domain("photos", numbers[247:].repeat(100, 1, 1, 1), None)
    (warning,) = pair_warnings(DomainPair(scans, photos), DomainPair(scans, photos))
    assert warning.startswith("300 images of photos are also in scans, so translating them is no task")


def test_mnist_and_usps_are_even_enough(tmp_path: Path) -> None:
    pair = load_pair(("mnist", "usps"), "bundled", tmp_path, "train")
    assert pair_warnings(pair, pair) == []


def test_images_like_the_training_images_give_no_warning() -> None:
    assert pixel_warnings(0, 255, 33, digits=True) == []


def test_inverted_digits_and_a_narrow_range_give_warnings() -> None:
    assert pixel_warnings(0, 255, 200, digits=False) == []
    (inverted,) = pixel_warnings(0, 255, 200, digits=True)
    assert inverted.startswith("the mean is 200, which means dark digits on a bright background")
    (narrow,) = pixel_warnings(0, 1, 0.2, digits=True)
    assert narrow.startswith("pixel values lie between 0 and 1, but the training images use most of 0 to 255")
