import pytest
import torch

from lstnet_search.domains import Domain, DomainPair, to_bytes, to_unit_range
from lstnet_search.errors import InputError


def domain(name: str = "mnist", classes: int = 10) -> Domain:
    return Domain(name, torch.arange(8, dtype=torch.uint8).view(2, 1, 2, 2), torch.tensor([0, 1]), classes)


def test_unit_range_maps_0_to_minus_1_and_255_to_1() -> None:
    assert to_unit_range(torch.tensor([0, 51, 255], dtype=torch.uint8)).tolist() == pytest.approx([-1, -0.6, 1])


def test_unit_range_leaves_its_argument_alone() -> None:
    images = torch.tensor([0.0, 255.0])
    to_unit_range(images)
    assert images.tolist() == [0, 255]


def test_bytes_are_rounded_and_stay_in_range() -> None:
    assert to_bytes(torch.tensor([-1.1, -1.0, -0.6, 0.0, 1.0, 1.1])).tolist() == [0, 0, 51, 128, 255, 255]
    values = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(to_bytes(to_unit_range(values)), values)


def test_fingerprint_changes_with_image_label_and_shape() -> None:
    plain = domain()
    brighter = Domain("mnist", plain.images + 1, plain.labels)
    unlabelled = Domain("mnist", plain.images, None)
    reshaped = Domain("mnist", plain.images.view(1, 2, 2, 2), plain.labels)
    assert plain.fingerprint == domain().fingerprint
    assert len({each.fingerprint for each in (plain, brighter, unlabelled, reshaped)}) == 4


def test_channel_means_are_in_the_unit_range_one_for_each_channel() -> None:
    images = torch.tensor([[[[0, 0]], [[255, 0]]], [[[0, 0]], [[255, 255]]]], dtype=torch.uint8)
    assert Domain("coloured", images, None).channel_means().tolist() == pytest.approx([-1, 0.5])


def test_taken_images_keep_their_labels() -> None:
    taken = domain().take(torch.tensor([1]))
    assert taken.images.flatten().tolist() == [4, 5, 6, 7]
    assert taken.labels is not None
    assert taken.labels.tolist() == [1]


def test_a_direction_is_named_from_the_translated_to_the_labelling_domain() -> None:
    assert DomainPair(domain("mnist"), domain("usps")).directions == ("mnist_to_usps", "usps_to_mnist")


def test_domain_paired_with_itself_is_refused() -> None:
    with pytest.raises(InputError, match="both domains are called 'mnist'; their names must differ"):
        DomainPair(domain("mnist"), domain("mnist"))


def test_pair_with_different_classes_is_refused() -> None:
    with pytest.raises(InputError, match="mnist has 10 classes, letters has 26; they must be the same"):
        DomainPair(domain("mnist"), domain("letters", classes=26))


def test_classes_that_differ_by_name_are_named() -> None:
    images = torch.zeros(3, 1, 2, 2, dtype=torch.uint8)
    one = Domain("one", images, torch.arange(3), 3, ("cat", "cow", "dog"))
    two = Domain("two", images[:2], torch.arange(2), 2, ("cat", "dog"))
    with pytest.raises(InputError, match="classes of one and two differ: only one has 'cow'; they must be the same"):
        DomainPair(one, two)
    with pytest.raises(InputError, match=r"only mnist has '0', '1', .*, only two has 'cat', 'dog'; they must be"):
        DomainPair(domain("mnist"), two)
