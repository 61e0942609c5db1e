"""DeepJDOT's transport by hand, and its two stages."""

import pytest
import torch

from lstnet_search.config import DeepJDOTConfig
from lstnet_search.methods.base import Problem
from lstnet_search.methods.deepjdot import DeepJDOTAdaptation, squared_distances, transport, updates
from lstnet_search.models import ImageShape

CPU = torch.device("cpu")
SHAPES = (ImageShape(1, 14), ImageShape(1, 14))


def test_the_cheapest_pairs_get_all_the_mass() -> None:
    costs = torch.tensor([[3.0, 1.0, 9.0], [1.0, 4.0, 9.0], [9.0, 9.0, 2.0]])
    third = 1 / 3
    expected = torch.tensor([[0.0, third, 0.0], [third, 0.0, 0.0], [0.0, 0.0, third]])
    torch.testing.assert_close(transport(costs), expected)


def test_costs_that_are_not_finite_give_a_plan_with_which_the_training_ends_as_diverged() -> None:
    assert transport(torch.tensor([[1.0, torch.nan], [0.0, 1.0]])).isnan().all()


def test_distances_are_squared_and_of_all_pairs() -> None:
    first, second = torch.tensor([[0.0, 0.0], [1.0, 2.0]]), torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert squared_distances(first, second).tolist() == [[5.0, 25.0], [0.0, 8.0]]


def adaptation(**changes: object) -> DeepJDOTAdaptation:
    settings = {"width": 1 / 8, "pool_stride": 2, "batch_size": 4, "pretraining_steps": 2} | changes
    return DeepJDOTAdaptation(DeepJDOTConfig.parse(settings, "test"), Problem(SHAPES, 2), 0, CPU)


def batch() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return *(torch.rand(4, 1, 14, 14, generator=generator) for _ in range(2)), torch.tensor([0, 1, 0, 1])  # type: ignore[return-value]


def test_the_labelled_domain_is_seen_alone_for_as_long_as_is_asked_for() -> None:
    made = adaptation()
    measured = [made.step(*batch()).tolist() for _ in range(4)]
    assert [moved > 0 for _, moved, _ in measured] == [False, False, True, True]
    assert [updates(optimiser) for optimiser in made.optimisers.values()] == [2, 2]


def test_the_rate_falls_to_a_tenth_after_so_many_steps_of_adaptation() -> None:
    made = adaptation(pretraining_steps=0, decay_after=1, learning_rate=1e-3)
    rates = []
    for _ in range(3):
        made.step(*batch())
        rates.append(made.optimisers["adaptation"].param_groups[0]["lr"])
    assert rates == pytest.approx([1e-3, 1e-4, 1e-4])


def test_a_step_equals_one_written_out_by_hand() -> None:
    made = adaptation(pretraining_steps=0, alpha=0.5, lam=0.25)
    images, labelled, labels = batch()
    features, logits = made.network.label(torch.cat((labelled, images)), 0)
    distances = torch.stack([torch.stack([(a - b).square().sum() for b in features[4:]]) for a in features[:4]])
    said = logits[4:].log_softmax(1)
    disagreements = torch.stack([torch.stack([-said[j, labels[i]] for j in range(4)]) for i in range(4)])
    plan = transport((0.5 * distances + 0.25 * disagreements).detach())
    expected = [
        torch.nn.functional.cross_entropy(logits[:4], labels),
        (plan * distances).sum(),
        (plan * disagreements).sum(),
    ]
    torch.testing.assert_close(
        made.step(images, labelled, labels), torch.stack(expected).detach(), rtol=1e-4, atol=1e-4
    )
