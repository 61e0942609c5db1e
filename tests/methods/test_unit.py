"""The terms of UNIT's objective, by hand."""

import torch

from lstnet_search.config import UNITConfig
from lstnet_search.methods.base import Problem
from lstnet_search.methods.unit import UNIT, divergence, squared_error
from lstnet_search.models import ImageShape

CPU = torch.device("cpu")
SHAPES = (ImageShape(1, 28), ImageShape(3, 16))


def test_a_divergence_is_half_the_squares_of_an_image_summed_and_averaged_over_images() -> None:
    assert divergence(torch.tensor([[1.0, 2.0], [3.0, 0.0]])).item() == (2.5 + 4.5) / 2


def test_a_squared_error_is_summed_over_pixels_and_averaged_over_images() -> None:
    images, again = torch.zeros(2, 1, 2, 2), torch.ones(2, 1, 2, 2)
    again[1] = 2
    assert squared_error(images, again).item() == (4 + 16) / 2


def test_translation_adds_no_noise() -> None:
    config = UNITConfig(width=1 / 64)
    method = UNIT(config, Problem(SHAPES, 10), CPU)
    assert [len(shape) for shape in method.inputs.noise] == [3] * 4
    x_a, x_b = torch.rand(3, 1, 28, 28), torch.rand(3, 3, 16, 16)
    silent = [torch.zeros(3, *shape) for shape in method.inputs.noise]
    measured = dict(zip(method.metrics, method.step(x_a, x_b, *silent).tolist(), strict=True))
    assert measured["loss_kl"] > 0
    translator = UNIT(config, Problem(SHAPES, 10), CPU).translator.eval()
    assert torch.equal(translator.translate(x_a, 0), translator.translate(x_a, 0))
    assert not hasattr(method.discriminators, "latents")
