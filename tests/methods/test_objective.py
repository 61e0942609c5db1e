from math import exp, log

import pytest
import torch
from torch import Tensor

from lstnet_search.methods.objective import ADVERSARIAL, adversarial_value, cycle_consistency, discriminator_accuracy


def sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


REAL, FAKE = [2.0, -1.0], [0.5, -3.0]
EQUATION_1 = (log(sigmoid(2)) + log(sigmoid(-1))) / 2 + (log(1 - sigmoid(0.5)) + log(1 - sigmoid(-3))) / 2


def test_the_adversarial_value_is_the_sum_of_two_means_of_equation_1() -> None:
    assert adversarial_value(torch.tensor(REAL), torch.tensor(FAKE)).item() == pytest.approx(EQUATION_1)


def test_an_undecided_discriminator_gives_minus_two_log_two() -> None:
    assert adversarial_value(torch.zeros(3), torch.zeros(3)).item() == pytest.approx(-2 * log(2))


@pytest.mark.parametrize(
    ("kind", "discriminator", "image_generator", "encoders"),
    [
        (
            "non_saturating",
            -EQUATION_1,
            -(log(sigmoid(0.5)) + log(sigmoid(-3))) / 2,
            -(log(sigmoid(0.5)) + log(sigmoid(-3))) / 2 - (log(1 - sigmoid(2)) + log(1 - sigmoid(-1))) / 2,
        ),
        (
            "minimax",
            -EQUATION_1,
            (log(1 - sigmoid(0.5)) + log(1 - sigmoid(-3))) / 2,
            EQUATION_1,
        ),
        (
            "least_squares",
            (1 + 4) / 2 + (0.25 + 9) / 2,
            (0.25 + 16) / 2,
            (4 + 1) / 2 + (0.25 + 16) / 2,
        ),
    ],
)
def test_each_adversarial_loss_equals_its_formula(
    kind: str, discriminator: float, image_generator: float, encoders: float
) -> None:
    game = ADVERSARIAL[kind]  # type: ignore[index]
    real, fake = torch.tensor(REAL), torch.tensor(FAKE)
    assert game.discriminator(real, fake).item() == pytest.approx(discriminator)
    assert game.image_generator(fake).item() == pytest.approx(image_generator)
    assert game.encoders(real, fake).item() == pytest.approx(encoders)


@pytest.mark.parametrize("kind", ADVERSARIAL)
def test_discriminator_and_translator_pull_the_logits_in_opposite_directions(kind: str) -> None:
    game = ADVERSARIAL[kind]  # type: ignore[index]
    first = torch.tensor([0.3, 0.2], requires_grad=True)
    second = torch.tensor([0.1, 0.4], requires_grad=True)

    def gradients(loss: Tensor) -> tuple[Tensor, ...]:
        return torch.autograd.grad(loss, (first, second), retain_graph=True, allow_unused=True)

    up, down = gradients(game.discriminator(first, second))
    assert (up < 0).all()
    assert (down > 0).all()
    assert (gradients(game.image_generator(second))[1] < 0).all()
    flipped_first, flipped_second = gradients(game.encoders(first, second))
    assert (flipped_first > 0).all()
    assert (flipped_second < 0).all()


def test_cycle_consistency_is_the_mean_absolute_error() -> None:
    images = torch.tensor([[[[0.0, 1.0]]], [[[-1.0, 0.5]]]])
    assert cycle_consistency(images, torch.zeros_like(images)).item() == pytest.approx(2.5 / 4)


def test_channel_mismatch_is_refused_rather_than_broadcast() -> None:
    with pytest.raises(ValueError, match="must be equal"):
        cycle_consistency(torch.zeros(2, 1, 4, 4), torch.zeros(2, 3, 4, 4))


def test_discriminator_accuracy_is_the_mean_share_of_right_signs_of_both_kinds() -> None:
    real, fake = torch.tensor([1.0, 2.0, -1.0, 3.0]), torch.tensor([1.0, -1.0, 2.0, 0.5])
    assert discriminator_accuracy(real, fake).item() == pytest.approx((3 / 4 + 1 / 4) / 2)
