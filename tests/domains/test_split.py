import pytest
import torch

from lstnet_search.domains import Domain, split
from lstnet_search.errors import InputError


def numbered(labels: list[int] | None, count: int = 200) -> Domain:
    """Images whose only pixel has the value of their index."""
    images = torch.arange(count, dtype=torch.uint8).view(count, 1, 1, 1)
    return Domain("mnist", images, None if labels is None else torch.tensor(labels))


def numbers(domain: Domain) -> list[int]:
    return domain.images.flatten().tolist()


def test_parts_share_nothing_and_leave_nothing_out() -> None:
    training, validation = split(numbered(None), 0.1, seed=0)
    assert len(validation) == 20
    assert sorted(numbers(training) + numbers(validation)) == list(range(200))


def test_each_class_is_split_by_the_fraction() -> None:
    training, validation = split(numbered([0] * 150 + [1] * 40 + [2] * 10), 0.1, seed=0)
    assert validation.labels is not None
    assert training.labels is not None
    assert validation.labels.bincount().tolist() == [15, 4, 1]
    assert training.labels.bincount().tolist() == [135, 36, 9]


def test_labels_stay_with_their_images() -> None:
    for part in split(numbered([number % 7 for number in range(200)]), 0.3, seed=3):
        assert part.labels is not None
        assert part.labels.tolist() == [number % 7 for number in numbers(part)]


def test_seed_decides_the_split() -> None:
    first, again, other = (numbers(split(numbered(None), 0.1, seed)[1]) for seed in (0, 0, 1))
    assert first == again
    assert first != other


def test_split_is_the_same_on_every_machine() -> None:
    assert numbers(split(numbered(None, count=10), 0.3, seed=0)[1]) == [
        1,
        4,
        7,
    ]  # randperm(10) at seed 0: 4 1 7 …


def test_split_does_not_change_the_global_generator() -> None:
    before = torch.get_rng_state()
    split(numbered(None), 0.1, seed=0)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("fraction", [0.01, 0.99])
def test_empty_part_is_refused(fraction: float) -> None:
    with pytest.raises(InputError, match=rf"validation_fraction={fraction} of 3 images of mnist leaves a part empty"):
        split(numbered(None, count=3), fraction, seed=0)
