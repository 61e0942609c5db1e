"""Which domains are alike, and that trainings of others start without an anchor."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lstnet_search.config import TrialConfig
from lstnet_search.domains import Domain, DomainPair, load_pair
from lstnet_search.methods.anchor import alike, resemblance
from lstnet_search.methods.base import Problem
from lstnet_search.methods.lstnet import LSTNet
from lstnet_search.models import ImageShape

CPU = torch.device("cpu")
SHAPES = (ImageShape(1, 28), ImageShape(1, 16))


@pytest.fixture(scope="module")
def digits() -> DomainPair:
    return load_pair(("mnist", "usps"), "bundled", Path("nowhere"), "train")


def inverted(domain: Domain) -> Domain:
    return replace(domain, name="inverted", images=255 - domain.images)


def test_digits_of_two_sets_are_alike(digits: DomainPair) -> None:
    assert alike(digits)
    assert alike(load_pair(("digits", "usps"), "bundled", Path("nowhere"), "train"))


def test_inverted_and_textured_digits_are_not_alike(digits: DomainPair) -> None:
    assert not alike(DomainPair(digits.a, inverted(digits.b)))
    assert not alike(load_pair(("textured", "usps"), "bundled", Path("nowhere"), "train"))


def test_resemblance_is_1_for_equal_images_and_reads_no_label(digits: DomainPair) -> None:
    same = DomainPair(digits.b, replace(digits.b, name="same", labels=None))
    assert resemblance(same) == pytest.approx(1, abs=1e-5)


def test_images_of_one_colour_resemble_nothing() -> None:
    grey = torch.full((5, 1, 16, 16), 90, dtype=torch.uint8)
    assert resemblance(DomainPair(Domain("a", grey, None), Domain("b", grey, None))) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(
    ("resembling", "changes", "anchored"),
    [
        (True, {"anchor": 10}, True),
        (False, {"anchor": 10}, False),
        (False, {"anchor": 10, "anchor_unlike": True}, True),
        (True, {}, False),
    ],
)
def test_a_training_is_anchored_if_asked_and_the_domains_are_alike(
    resembling: bool, changes: dict[str, object], anchored: bool
) -> None:
    config = TrialConfig(width=1 / 64).override(changes, "test")
    method = LSTNet(config, Problem(SHAPES, 10, alike=resembling), CPU)
    x_a, x_b = torch.zeros(2, 1, 28, 28), torch.zeros(2, 1, 16, 16)
    method.begin_step(0)
    loss = method.anchored(torch.tensor(1.0), x_a, x_b, x_b + 0.25, x_a - 0.5)
    assert loss == (1 + 10 * 0.75 if anchored else 1)
