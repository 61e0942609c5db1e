import pytest
import torch
from torch.nn import functional as F

from lstnet_search.models.blocks import SamePool


@pytest.mark.parametrize(
    ("stride", "expected"),
    [
        (1, [[5.0, 6.0, 6.0], [8.0, 9.0, 9.0], [8.0, 9.0, 9.0]]),
        (2, [[5.0, 6.0], [8.0, 9.0]]),
    ],
)
def test_pooling_pads_with_minus_infinity_on_the_right_and_at_the_bottom(
    stride: int, expected: list[list[float]]
) -> None:
    image = torch.arange(1.0, 10.0).view(1, 1, 3, 3)
    assert SamePool(stride)(image).tolist() == [[expected]]


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
@pytest.mark.parametrize("side", [3, 4, 7, 8])
@pytest.mark.parametrize("stride", [1, 2])
def test_pooling_and_its_gradient_equal_explicit_padding(side: int, stride: int, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    image = torch.randn(2, 3, side, side).to(dtype).requires_grad_()
    exact = image.detach().double().requires_grad_()
    padded = F.max_pool2d(F.pad(exact, (0, 1, 0, 1), value=float("-inf")), 2, stride)
    ours = SamePool(stride)(image)
    side_out = -(-side // stride)
    assert ours.shape[2:] == (side_out, side_out)
    assert ours.dtype == dtype
    reference = padded[:, :, :side_out, :side_out]
    assert torch.equal(ours, reference.to(dtype))
    weight = torch.randn_like(ours)
    (gradient,) = torch.autograd.grad((ours * weight).sum(), image)
    (expected,) = torch.autograd.grad((reference * weight.double()).sum(), exact)
    assert torch.equal(gradient, expected.to(dtype))
