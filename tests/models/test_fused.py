"""The compiled functions compared with PyTorch's operations, in float64, and what happens without a compiler."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstnet_search.models import compiled, fused
from lstnet_search.models.architecture import Layer, Size
from lstnet_search.models.blocks import EPSILON, SLOPE, Normalised, PooledConvolution, convolution

needs_compiler = pytest.mark.skipif(not compiled.digest(), reason="needs a C compiler")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def images(count: int, channels: int, side: int) -> Tensor:
    values = torch.randn(count, channels, side, side, dtype=torch.float64)
    return values.contiguous(memory_format=torch.channels_last).requires_grad_()


def gradients(output: Tensor, *inputs: Tensor) -> tuple[Tensor, ...]:
    weights = torch.linspace(-1, 2, output.numel(), dtype=output.dtype).view_as(output).sin()
    return torch.autograd.grad((output * weights).sum(), inputs)


@needs_compiler
@pytest.mark.parametrize(("count", "channels", "side"), [(64, 4, 28), (5, 10, 7), (2, 70, 3), (3, 1, 5), (9, 16, 16)])
def test_normalising_and_its_gradients_equal_batch_norm_and_leaky_relu(count: int, channels: int, side: int) -> None:
    torch.manual_seed(0)
    ours, theirs = (nn.BatchNorm2d(channels, EPSILON, 0.1).double() for _ in range(2))
    for norm in (ours, theirs):
        with torch.no_grad():
            norm.weight.copy_(torch.linspace(-1, 1, channels))  # 0 in the middle
            norm.bias.fill_(0.1)
    x = images(count, channels, side)
    assert fused.serves(x)
    y, expected = fused.normalise(3 * x + 5, ours, SLOPE), F.leaky_relu(theirs(3 * x + 5), SLOPE)
    torch.testing.assert_close(y, expected, rtol=1e-12, atol=1e-12)
    results = zip(
        gradients(y, x, ours.weight, ours.bias), gradients(expected, x, theirs.weight, theirs.bias), strict=True
    )
    for gradient, reference in results:
        torch.testing.assert_close(gradient, reference, rtol=1e-10, atol=1e-10)
    for name, value in ours.state_dict().items():
        torch.testing.assert_close(value, theirs.state_dict()[name], rtol=1e-12, atol=1e-12)


@needs_compiler
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(("channels", "side"), [(4, 28), (8, 7), (3, 8), (1, 3), (70, 4)])
def test_pooling_and_its_gradient_equal_leaky_relu_and_max_pool(stride: int, channels: int, side: int) -> None:
    torch.manual_seed(0)
    x = images(3, channels, side)
    rounded = (x * 2).round() / 2  # windows with several equal maxima: the first one gets the gradient
    for values in (x * 1, rounded.contiguous(memory_format=torch.channels_last)):
        assert fused.serves(values)
        y = fused.pool(values, stride, SLOPE)
        padded = F.pad(F.leaky_relu(values, SLOPE), (0, 1, 0, 1), value=float("-inf"))
        expected = F.max_pool2d(padded, 2, stride)[:, :, : y.shape[2], : y.shape[3]]
        assert torch.equal(y, expected)
        torch.testing.assert_close(*gradients(y, values), *gradients(expected, values), rtol=1e-14, atol=1e-14)


@needs_compiler
@pytest.mark.parametrize("corner", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_pooling_passes_on_a_value_that_is_not_a_number_and_its_gradient(corner: tuple[int, int]) -> None:
    x = images(1, 4, 4)
    with torch.no_grad():
        x[0, 2, corner[0], corner[1]] = float("nan")
    pooled = fused.pool(x, 2, SLOPE)
    assert pooled[0, 2, 0, 0].isnan()
    assert pooled.isnan().sum() == 1
    (gradient,) = torch.autograd.grad(pooled, x, torch.ones_like(pooled))
    assert gradient[0, 2, :2, :2].count_nonzero() == 1


@needs_compiler
def test_layers_are_fused_while_they_train_and_give_the_same_without_a_compiler(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    torch.manual_seed(0)
    layer, size, x = Layer(4, 3), Size(1), images(2, 3, 6).detach()
    blocks = (
        Normalised(convolution(3, layer, size, bias=False), 0.1),
        PooledConvolution(convolution(3, layer, size, bias=True), 2),
    )
    used: list[str] = []
    call = fused._call
    monkeypatch.setattr(fused, "_call", lambda name, *arguments: (used.append(name), call(name, *arguments)))
    for block in blocks:
        block.double().to(memory_format=torch.channels_last)
    outputs = [block(x) for block in blocks]
    assert used == ["normalise", "pool"]
    blocks[0].eval()(x)
    assert used == ["normalise", "pool"]
    blocks[0].train()
    monkeypatch.setattr(fused, "library", lambda real: None)
    for output, block in zip(outputs, blocks, strict=True):
        torch.testing.assert_close(block(x), output, rtol=1e-12, atol=1e-12)
    assert used == ["normalise", "pool"]


def test_several_threads_other_formats_and_other_layouts_are_left_to_pytorch() -> None:
    x = images(2, 3, 4)
    assert not fused.serves(x.bfloat16())
    assert not fused.serves(x.contiguous())
    torch.set_num_threads(2)
    assert not fused.serves(x)


@pytest.mark.parametrize("problem", ["no compiler", "one that fails", "no Linux"])
def test_a_machine_that_cannot_compile_has_no_library(problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if problem == "no Linux":
        monkeypatch.setattr(compiled.sys, "platform", "darwin")
    else:
        found = None if problem == "no compiler" else "/bin/false"
        monkeypatch.setattr(compiled.shutil, "which", lambda name: found)
    compiled.library.cache_clear()
    try:
        assert compiled.library("float") is None
        assert compiled.digest() == ""
    finally:
        compiled.library.cache_clear()
