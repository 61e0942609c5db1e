import pytest
import torch
from torch import nn

from lstnet_search.training.ema import Average


def set_all(module: nn.Module, value: float) -> None:
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.fill_(value)


def test_the_decay_is_ramped_by_the_number_of_updates() -> None:
    source = nn.Linear(2, 1)
    set_all(source, 0.0)
    average = Average(source, decay=0.995)
    set_all(source, 1.0)
    average.update(0)  # decay 1/10
    assert average.module.weight.unique().item() == pytest.approx(0.9)
    average.update(1)  # decay 2/11
    assert average.module.weight.unique().item() == pytest.approx(1 - 0.1 * 2 / 11)


def test_the_decay_ends_where_it_was_set() -> None:
    source = nn.Linear(1, 1)
    set_all(source, 0.0)
    average = Average(source, decay=0.5)
    set_all(source, 1.0)
    average.update(10_000)
    assert average.module.bias.item() == pytest.approx(0.5)


def test_running_statistics_are_followed_too() -> None:
    source = nn.BatchNorm2d(1)
    average = Average(source, decay=0.5)
    source.running_mean.fill_(4.0)
    average.update(10_000)
    assert average.module.running_mean.item() == pytest.approx(2.0)


def test_without_decay_the_source_itself_is_evaluated() -> None:
    source = nn.Linear(1, 1)
    average = Average(source, decay=0.0)
    average.update(3)
    assert average.module is source


def test_the_source_is_left_alone() -> None:
    source = nn.Linear(1, 1)
    set_all(source, 2.0)
    average = Average(source, decay=0.9)
    average.update(100)
    assert source.weight.item() == 2.0
    assert all(parameter.requires_grad for parameter in source.parameters())
    assert not any(parameter.requires_grad for parameter in average.module.parameters())
