"""Domains with another side, and with only the classes that two domains have in common."""

from pathlib import Path

import pytest
import torch
from image_files import fill

from lstnet_search.config.reading import Reading
from lstnet_search.domains import Domain, DomainPair, load, load_pair
from lstnet_search.domains.changes import with_common_classes, with_side
from lstnet_search.domains.class_names import comparable
from lstnet_search.errors import InputError


def domain(name: str, *classes: str) -> Domain:
    """Two images of each class, each image of its own brightness."""
    count = 2 * len(classes)
    images = torch.arange(count, dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, 1, 8, 8)
    return Domain(name, images, torch.arange(count) // 2, len(classes), classes)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("00", "01", "09"), ("0", "1", "9")),
        (("1", "01"), ("1", "01")),  # two classes stay two
        (("00", "a"), ("00", "a")),
        (("e\u0301te\u0301",), ("\u00e9t\u00e9",)),  # accents as a second character
    ],
)
def test_numbers_compare_as_numbers_and_accents_as_they_look(names: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert comparable(names) == expected


def test_domains_whose_names_mean_the_same_make_a_pair() -> None:
    DomainPair(domain("a", *(f"{number:02d}" for number in range(10))), domain("b", *map(str, range(10))))
    DomainPair(domain("a", "cafe\u0301", "x"), domain("b", "caf\u00e9", "x"))


def test_domains_with_other_classes_are_refused_in_a_short_message_that_names_the_option() -> None:
    many = domain("b", *(f"class {number:03d}" for number in range(300)))
    with pytest.raises(InputError, match=r"only b has .* and 295 more; .* with --common-classes") as raised:
        DomainPair(domain("a", "x", "y"), many)
    assert len(str(raised.value)) < 500


def test_a_folder_with_some_classes_of_mnist_is_paired_with_the_same_classes(tmp_path: Path) -> None:
    fill(tmp_path / "mine", "03", "7", "05", count=20)
    specs = ("mnist", f"folder:{tmp_path}/mine")
    with pytest.raises(InputError, match="only mnist has '0', '1', '2', '4', '6' and 2 more; they must be the same"):
        load_pair(specs, "bundled", tmp_path, "train")
    pair = load_pair(specs, "bundled", tmp_path, "train", Reading(common_classes=True))
    assert (pair.a.named_classes(), pair.b.named_classes()) == (("3", "5", "7"), ("03", "05", "7"))
    assert pair.a.labels is not None
    whole = load("mnist", "bundled", tmp_path, "train")
    assert whole.labels is not None
    assert torch.equal(pair.a.images[pair.a.labels == 2], whole.images[whole.labels == 7])
    assert pair.a.remarks[-1].endswith("images of classes that only it has are left out (0, 1, 2, 4, 6 and 2 more)")


def test_equal_classes_change_nothing_and_one_class_is_too_few() -> None:
    first, second = domain("a", "0", "1"), domain("b", "00", "01")
    assert with_common_classes(first, second) == (first, second)
    with pytest.raises(InputError, match="a and b have 1 classes in common; at least two are needed"):
        with_common_classes(first, domain("b", "1", "2"))


def test_a_known_set_is_brought_to_a_side_with_a_remark(tmp_path: Path) -> None:
    resized = load("usps", "bundled", tmp_path, "test", Reading(sides={"usps": 32}))
    assert resized.images.shape == (2007, 1, 32, 32)
    assert resized.remarks == ("usps: images of 16x16 were resized to 32x32",)
    usps = load("usps", "bundled", tmp_path, "test")
    assert with_side(usps, 16) is usps
    halved = with_side(usps, 8).images[:, 0, 0, 0].float()
    assert (halved - usps.images[:, 0, :2, :2].float().mean((1, 2))).abs().max() <= 0.5
