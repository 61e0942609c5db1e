"""The networks have the layers of the paper's Table 1; the expected shapes are worked out by hand."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch
from torch import Tensor, nn

from lstnet_search.models import ImageShape, Size, build_discriminators, build_translator
from lstnet_search.models.blocks import SamePool

SIDES = (14, 16, 28, 32)
MNIST, USPS = ImageShape(1, 28), ImageShape(1, 16)


@contextmanager
def shapes_after(*modules: nn.Module) -> Iterator[list[tuple[int, int]]]:
    """Record filters and side after each convolution or pooling of the modules, in the order of the forward pass."""
    seen: list[tuple[int, int]] = []

    def record(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        seen.append((output.shape[1], output.shape[2]))

    kinds = nn.Conv2d | nn.ConvTranspose2d | SamePool
    layers = [layer for module in modules for layer in module.modules() if isinstance(layer, kinds)]
    handles = [layer.register_forward_hook(record) for layer in layers]
    yield seen
    for handle in handles:
        handle.remove()


ENCODERS = {
    0: [(64, 28), (128, 14), (256, 7), (512, 7), (256, 7), (128, 7)],
    1: [(64, 16), (128, 8), (256, 8), (512, 7), (256, 7), (128, 7)],
}
GENERATORS = {
    0: [(128, 7), (256, 7), (512, 7), (256, 14), (128, 28), (64, 28), (1, 28)],
    1: [(128, 7), (256, 7), (512, 8), (256, 16), (128, 16), (64, 16), (1, 16)],
}
DISCRIMINATORS = {
    0: [(64, 28), (64, 28), (128, 28), (128, 14), (256, 14), (256, 7), (512, 7), (512, 4)],
    1: [(64, 16), (64, 16), (128, 16), (128, 16), (256, 16), (256, 8), (512, 7), (512, 4)],
}


@pytest.mark.parametrize("domain", [0, 1])
def test_full_width_networks_have_the_filters_and_sides_of_table_1(domain: int) -> None:
    translator = build_translator((MNIST, USPS), Size(1.0), 1, 0.01, seed=0).eval()
    discriminators = build_discriminators((MNIST, USPS), translator.latent_channels, Size(1.0), 1, seed=0)
    side = (28, 16)[domain]
    with torch.inference_mode(), shapes_after(translator, discriminators) as seen:
        latent = translator.encode(torch.zeros(1, 1, side, side), domain)
        assert seen == ENCODERS[domain]
        seen.clear()
        translator.generate(latent, domain)
        assert seen == GENERATORS[domain]
        seen.clear()
        discriminators.image(torch.zeros(1, 1, side, side), domain)
        assert seen == DISCRIMINATORS[domain]
        seen.clear()
        discriminators.latent(latent)
        assert seen == [(256, 7), (256, 7), (512, 7), (512, 4), (256, 4), (256, 4)]


def test_latent_stride_3_gives_a_3_by_3_latent_and_generators_return_to_7() -> None:
    translator = build_translator((MNIST, USPS), Size(1.0), 3, 0.01, seed=0).eval()
    discriminators = build_discriminators((MNIST, USPS), translator.latent_channels, Size(1.0), 3, seed=0)
    with torch.inference_mode(), shapes_after(translator, discriminators) as seen:
        latent = translator.encode(torch.zeros(1, 1, 28, 28), 0)
        assert seen[-2:] == [(256, 7), (128, 3)]
        seen.clear()
        translator.generate(latent, 1)
        assert seen[:3] == [(128, 5), (256, 7), (512, 8)]
        seen.clear()
        discriminators.latent(latent)
        assert seen == [(256, 3), (256, 3), (512, 3), (512, 2), (256, 2), (256, 2)]


def test_a_discriminators_linear_layer_takes_the_output_of_the_last_pooling() -> None:
    discriminators = build_discriminators((MNIST, USPS), 128, Size(1.0), 1, seed=0)
    assert [image.linear.in_features for image in discriminators.images] == [512 * 16, 512 * 16]
    assert discriminators.latents.linear.in_features == 256 * 16


def test_full_width_encoders_have_the_number_of_parameters_that_table_1_implies() -> None:
    translator = build_translator((MNIST, USPS), Size(1.0), 1, 0.01, seed=0)
    first_encoder = 49 * 64 + 25 * 64 * 128 + 9 * 128 * 256 + 9 * 256 * 512 + 2 * (64 + 128 + 256 + 512)
    assert sum(p.numel() for p in translator.encoders[0].parameters()) == first_encoder
    second_encoder = 49 * 64 + 25 * 64 * 128 + 9 * 128 * 256 + 4 * 256 * 512 + 2 * (64 + 128 + 256 + 512)
    assert sum(p.numel() for p in translator.encoders[1].parameters()) == second_encoder
    shared = 9 * 512 * 256 + 9 * 256 * 128 + 2 * (256 + 128)
    assert sum(p.numel() for p in translator.shared_encoder.parameters()) == shared


@pytest.mark.parametrize("latent_stride", [1, 3])
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_side_and_channel_count_is_translated_both_ways(channels: int, side: int, latent_stride: int) -> None:
    shapes = (ImageShape(channels, side), ImageShape(1, 16))
    translator = build_translator(shapes, Size(1 / 16), latent_stride, 0.1, seed=0).eval()
    discriminators = build_discriminators(shapes, translator.latent_channels, Size(1 / 16), latent_stride, seed=0)
    images = torch.zeros(2, channels, side, side)
    with torch.inference_mode():
        there = translator.translate(images, 0)
        back = translator.translate(there, 1)
        assert there.shape == (2, 1, 16, 16)
        assert back.shape == images.shape
        assert discriminators.image(images, 0).shape == (2,)
        assert discriminators.latent(translator.encode(images, 0)).shape == (2,)


def test_sides_32_and_14_extend_the_table_by_its_rule() -> None:
    shapes = (ImageShape(3, 32), ImageShape(1, 14))
    translator = build_translator(shapes, Size(1.0), 1, 0.01, seed=0).eval()
    with torch.inference_mode(), shapes_after(translator) as seen:
        for domain, (channels, side) in enumerate([(3, 32), (1, 14)]):
            translator.encode(torch.zeros(1, channels, side, side), domain)
        not_shared = [seen[index] for index in (0, 1, 2, 3, 6, 7, 8, 9)]
    assert not_shared == [(64, 32), (128, 16), (256, 8), (512, 7), (64, 14), (128, 7), (256, 7), (512, 7)]


def test_width_scales_every_filter_count_except_the_images_channels_down_to_four() -> None:
    translator = build_translator((MNIST, USPS), Size(1 / 64), 1, 0.1, seed=0).eval()
    with torch.inference_mode(), shapes_after(translator) as seen:
        translator.translate(torch.zeros(1, 1, 28, 28), 0)
    assert [filters for filters, _ in seen] == [4, 4, 4, 8, 4, 4, 4, 4, 8, 4, 4, 4, 1]


def test_side_64_halves_once_more_than_side_32_and_ends_at_the_same_latent() -> None:
    shapes = (ImageShape(3, 64), ImageShape(1, 25))
    translator = build_translator(shapes, Size(1.0), 1, 0.01, seed=0).eval()
    discriminators = build_discriminators(shapes, translator.latent_channels, Size(1.0), 1, seed=0)
    with torch.inference_mode(), shapes_after(translator, discriminators) as seen:
        translator.encode(torch.zeros(1, 3, 64, 64), 0)
        assert seen[:5] == [(64, 64), (128, 32), (256, 16), (256, 8), (512, 7)]
        translator.encode(torch.zeros(1, 1, 25, 25), 1)  # an odd side is halved to the larger half
        assert seen[7:11] == [(64, 25), (128, 13), (256, 13), (512, 7)]
        seen.clear()
        shared = translator.decode(torch.zeros(1, 128, 7, 7))
        translator.render(shared, 0)
        assert seen[2:] == [(512, 8), (256, 16), (256, 32), (128, 64), (64, 64), (3, 64)]
        seen.clear()
        translator.render(shared, 1)
        assert seen == [(512, 13), (256, 25), (128, 25), (64, 25), (1, 25)]
        seen.clear()
        discriminators.image(torch.zeros(1, 3, 64, 64), 0)
        assert [side for _, side in seen] == [64, 64, 64, 32, 32, 16, 16, 8, 7, 4]


@pytest.mark.parametrize("side", [8, 9, 13, 15, 17, 27, 31, 33, 48, 63, 96, 100, 127, 255, 256])
def test_every_side_from_8_to_256_ends_at_latent_7_and_comes_back(side: int) -> None:
    shapes = (ImageShape(1, side), ImageShape(3, 16))
    translator = build_translator(shapes, Size(1 / 64), 1, 0.1, seed=0).eval()
    discriminators = build_discriminators(shapes, translator.latent_channels, Size(1 / 64), 1, seed=0)
    images = torch.zeros(1, 1, side, side)
    with torch.inference_mode():
        latent = translator.encode(images, 0)
        assert latent.shape[2:] == (7, 7)
        assert translator.generate(latent, 0).shape == images.shape
        assert discriminators.image(images, 0).shape == (1,)
