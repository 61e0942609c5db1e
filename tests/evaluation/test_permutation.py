import pytest
import torch

from lstnet_search.evaluation.permutation import find_permutation


def test_translations_that_agree_with_resizing_are_no_permutation() -> None:
    found = find_permutation(torch.tensor([[30, 2, 1], [3, 30, 0], [0, 4, 30]]))
    assert found.share == 0.0
    assert found.swapped == {}
    assert not found.alarming


def test_swapped_classes_are_found_with_the_gain_of_swapping() -> None:
    # The diagonal sums to 40 + 2 + 1, and to 40 + 28 + 25 if 1 and 2 are swapped: 50 of 100 images more.
    found = find_permutation(torch.tensor([[40, 2, 1], [1, 2, 28], [0, 25, 1]]))
    assert found.share == 0.5
    assert found.swapped == {1: 2, 2: 1}
    assert found.alarming
    assert str(found) == "1 read as 2, 2 read as 1"


def test_a_cycle_of_three_classes_is_found() -> None:
    found = find_permutation(torch.tensor([[0, 5, 0], [0, 0, 5], [5, 0, 0]]))
    assert found.swapped == {0: 1, 1: 2, 2: 0}
    assert found.share == 1.0


@pytest.mark.parametrize(("crossed", "alarming"), [(26, False), (27, True)])
def test_the_alarm_is_given_from_a_twentieth_of_the_images(crossed: int, alarming: bool) -> None:
    # Of 100 images, 2 · crossed get the other class: 4 · crossed - 100 more than get the same class.
    table = torch.tensor([[50 - crossed, crossed], [crossed, 50 - crossed]])
    assert find_permutation(table).alarming is alarming


def test_a_translator_that_makes_one_class_of_all_images_swaps_nothing() -> None:
    # Mapping class 0 to class 2 gains 50 - 10 of 90 images, but no class becomes class 0.
    found = find_permutation(torch.tensor([[0, 0, 50], [0, 0, 30], [0, 0, 10]]))
    assert found.share == 40 / 90
    assert found.swapped == {}
    assert not found.alarming


def test_classes_that_move_without_being_replaced_are_not_named() -> None:
    table = torch.zeros(5, 5, dtype=torch.int64)
    table[0, 1] = table[1, 0] = 10
    table[2, 3] = 10  # but no class becomes class 2
    table[4, 4] = 10
    assert find_permutation(table).swapped == {0: 1, 1: 0}
