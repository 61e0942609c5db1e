"""CoGAN's networks, and what a step must not change."""

import torch

from lstnet_search.config import CoGANConfig
from lstnet_search.methods.base import Problem
from lstnet_search.methods.cogan import CoGANAdaptation
from lstnet_search.methods.cogan_networks import PairDiscriminator, PairGenerator, pair_shapes
from lstnet_search.models import ImageShape

CPU = torch.device("cpu")
SHAPES = (ImageShape(1, 28), ImageShape(3, 16))


def test_pairs_have_the_larger_side_and_their_own_channels() -> None:
    first, second = pair_shapes((ImageShape(1, 14), ImageShape(3, 16)))
    assert (first, second) == (ImageShape(1, 28), ImageShape(3, 28))
    assert {shape.side for shape in pair_shapes((ImageShape(1, 28), ImageShape(1, 32)))} == {32}
    assert {shape.side for shape in pair_shapes((ImageShape(1, 28), ImageShape(3, 256)))} == {64}
    made = PairGenerator((first, second), 1 / 64)(torch.randn(2, 100))
    assert [tuple(each.shape) for each in made] == [(2, 1, 28, 28), (2, 3, 28, 28)]
    assert all(each.min() >= 0 and each.max() <= 1 for each in made)


def test_full_width_networks_have_the_authors_filters() -> None:
    shapes = (ImageShape(1, 28), ImageShape(1, 28))
    generator, discriminator = PairGenerator(shapes, 1.0), PairDiscriminator(shapes, 10)
    filters = [layer.out_channels for layer in generator.shared if isinstance(layer, torch.nn.ConvTranspose2d)]
    assert filters == [1024, 512, 256, 128]
    assert not any(layer.affine for layer in generator.shared if isinstance(layer, torch.nn.BatchNorm2d))
    layers = [layer for layer in discriminator.shared if isinstance(layer, torch.nn.Conv2d)]
    assert [(each.out_channels, each.kernel_size[0]) for each in layers] == [(50, 5), (500, 4)]


def test_the_generators_step_leaves_the_gradients_of_the_labeller_alone() -> None:
    config = CoGANConfig(width=1 / 64)
    made = CoGANAdaptation(config, Problem(SHAPES, 10), 0, CPU)
    seen = {}
    made.optimisers["labeller"].register_step_post_hook(
        lambda *_: seen.update({name: each.grad.clone() for name, each in made.network.named_parameters()})  # type: ignore[union-attr]
    )
    batch = torch.rand(4, 1, 28, 28), torch.rand(4, 3, 16, 16), torch.tensor([0, 1, 2, 3]), torch.randn(4, 100)
    made.step(*batch)
    parameters = dict(made.network.named_parameters())
    assert all(torch.equal(parameters[name].grad, gradient) for name, gradient in seen.items())  # type: ignore[arg-type]
    assert all(each.requires_grad for each in parameters.values())
    assert all(each.grad is not None for each in made.generator.parameters())
