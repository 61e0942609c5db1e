import torch
from torch import nn

from lstnet_search.models import ImageShape, Size, build_translator

MNIST, USPS = ImageShape(1, 28), ImageShape(1, 16)
RGB = ImageShape(3, 32)


def test_shared_layers_have_one_set_of_statistics_for_both_domains() -> None:
    translator = build_translator((MNIST, USPS), Size(1 / 16), 1, 0.1, seed=0).train()
    norm = translator.shared_encoder[0][1]
    translator.encode(torch.randn(4, 1, 28, 28), 0)
    translator.encode(torch.randn(4, 1, 16, 16), 1)
    assert int(norm.num_batches_tracked) == 2


def test_only_the_last_layer_of_a_generator_has_a_bias() -> None:
    translator = build_translator((MNIST, USPS), Size(1 / 16), 1, 0.1, seed=0)
    kinds = nn.Conv2d | nn.ConvTranspose2d
    biased = [name for name, layer in translator.named_modules() if isinstance(layer, kinds) and layer.bias is not None]
    assert biased == ["generators.0.1", "generators.1.1"]


def test_the_same_seed_gives_the_same_weights_and_the_global_generator_is_unchanged() -> None:
    before = torch.random.get_rng_state()
    first = build_translator((MNIST, USPS), Size(1 / 16), 1, 0.1, seed=3).state_dict()
    second = build_translator((MNIST, USPS), Size(1 / 16), 1, 0.1, seed=3).state_dict()
    other = build_translator((MNIST, USPS), Size(1 / 16), 1, 0.1, seed=4).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["shared_encoder.0.0.weight"], other["shared_encoder.0.0.weight"])
    assert torch.equal(before, torch.random.get_rng_state())


def test_untrained_generators_output_the_mean_colour_of_their_domain() -> None:
    translator = build_translator((MNIST, RGB), Size(1 / 16), 1, 0.1, seed=0)
    translator.start_at((torch.tensor([-0.75]), torch.tensor([0.5, 0.0, -0.25])))
    with torch.no_grad():
        for generator in translator.generators:  # so that only the bias counts
            generator[-2].weight.zero_()
        dark, coloured = (translator.render(torch.zeros(2, 16, 7, 7), domain) for domain in (0, 1))
    torch.testing.assert_close(dark, torch.full((2, 1, 28, 28), -0.75))
    torch.testing.assert_close(coloured.mean((0, 2, 3)), torch.tensor([0.5, 0.0, -0.25]))


def test_a_mean_that_tanh_never_reaches_gives_finite_biases() -> None:
    translator = build_translator((MNIST, USPS), Size(1 / 16), 1, 0.1, seed=0)
    translator.start_at((torch.tensor([-1.0]), torch.tensor([1.0])))
    assert all(bool(value.isfinite().all()) for value in translator.state_dict().values())
