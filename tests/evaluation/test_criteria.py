"""Criteria on matrices small enough for paper and pencil."""

from math import exp, log, sqrt

import pytest
import torch

from lstnet_search.config.metrics import CRITERIA
from lstnet_search.evaluation import criteria

CERTAIN = torch.eye(2, dtype=torch.float64).repeat(2, 1)  # labels 0, 1, 0, 1
UNSURE = torch.full((4, 2), 0.5, dtype=torch.float64)
COLLAPSED = torch.tensor([[1.0, 0.0]] * 4, dtype=torch.float64)


def test_every_criterion_that_can_be_named_has_its_function() -> None:
    assert all(callable(getattr(criteria, name)) for name in CRITERIA)


def test_neg_entropy_is_the_mean_of_p_log_p() -> None:
    assert criteria.neg_entropy(CERTAIN) == 0.0
    assert criteria.neg_entropy(UNSURE) == pytest.approx(-log(2))
    assert criteria.neg_entropy(torch.tensor([[0.25, 0.75], [1.0, 0.0]])) == pytest.approx(
        (0.25 * log(0.25) + 0.75 * log(0.75)) / 2
    )


def test_infomax_wants_certain_labels_of_every_class() -> None:
    assert criteria.infomax(CERTAIN) == pytest.approx(log(2))
    assert criteria.infomax(COLLAPSED) == 0.0  # every prediction is certain, but always the same class
    assert criteria.infomax(UNSURE) == pytest.approx(0.0)


def test_bnm_is_the_sum_of_singular_values_over_the_number_of_images() -> None:
    # Both columns have length √2 and are orthogonal; two equal columns of length 1 leave one value, √2.
    assert criteria.bnm(CERTAIN) == pytest.approx(2 * sqrt(2) / 4)
    assert criteria.bnm(UNSURE) == pytest.approx(sqrt(2) / 4)


def test_snd_is_the_entropy_of_similarities_to_the_other_images() -> None:
    # Images 0 and 1 are alike, 2 is orthogonal to both: cosines over 0.05 are (20, 0), (20, 0), (0, 0).
    rows = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
    near = 1 / (1 + exp(-20))
    pair = -near * log(near) - (1 - near) * log(1 - near)
    assert criteria.snd(rows) == pytest.approx((2 * pair + log(2)) / 3)


def test_snd_of_images_all_alike_is_the_logarithm_of_the_number_of_others() -> None:
    assert criteria.snd(COLLAPSED) == pytest.approx(log(3))


def test_snd_of_an_image_without_neighbours_is_zero() -> None:
    assert criteria.snd(UNSURE[:1]) == 0.0


FEATURES = torch.tensor([[0.0, 0.0], [0.1, 0.0], [9.0, 9.0], [9.1, 9.0]])


def test_class_ami_is_one_where_clusters_are_the_labels() -> None:
    assert criteria.class_ami(FEATURES, torch.tensor([1, 1, 0, 0]), classes=2) == pytest.approx(1.0)


def test_class_ami_is_below_zero_where_labels_tell_less_of_clusters_than_chance() -> None:
    # Two halves that cross: no mutual information, log(2) / 3 expected by chance, log(2) at most.
    ami = criteria.class_ami(FEATURES, torch.tensor([0, 1, 0, 1]), classes=2)
    assert ami == pytest.approx((0 - 1 / 3) / (1 - 1 / 3))


def test_class_ami_of_a_collapsed_translator_is_zero() -> None:
    assert criteria.class_ami(torch.ones(4, 2), torch.zeros(4, dtype=torch.int64), classes=2) == 0.0


def test_class_ami_takes_fewer_distinct_images_than_classes() -> None:
    # Two distinct points form two clusters, whatever number is asked for. Each point is its own label.
    features = torch.tensor([[0.0], [0.0], [1.0], [1.0]])
    assert criteria.class_ami(features, torch.tensor([0, 0, 1, 1]), classes=3) == pytest.approx(1.0)
    assert criteria.class_ami(features[1:3], torch.tensor([0, 1]), classes=10) == pytest.approx(1.0)


def test_class_ami_leaves_the_global_generators_alone() -> None:
    scores = {
        criteria.class_ami(
            torch.rand(50, 3, generator=torch.Generator().manual_seed(0)), torch.arange(50) % 5, classes=5
        )
        for _ in range(3)
    }
    assert len(scores) == 1


def test_round_trip_is_the_share_labelled_right() -> None:
    logits = torch.tensor([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0], [1.0, 0.0]])
    assert criteria.round_trip(logits, torch.tensor([0, 1, 1, 0])) == 0.75


def test_agreement_is_the_share_on_the_diagonal() -> None:
    assert criteria.agreement(torch.tensor([[3, 1], [2, 4]])) == 0.7
