"""Several trainings fused into one network of grouped convolutions, as in HFTA (arXiv 2102.02344)."""

import torch
from torch import Tensor, nn

from lstnet_search.config import LSTNetConfig
from lstnet_search.methods.base import Problem
from lstnet_search.methods.lstnet import LSTNet
from lstnet_search.models import ImageShape
from lstnet_search.models.discriminator import Discriminator
from lstnet_search.training import autocast


class GroupedLinear(nn.Module):
    """One linear unit per group, each on the features of its group."""

    def __init__(self, linear: nn.Linear, groups: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(linear.weight.detach().repeat(groups, 1))
        self.bias = nn.Parameter(torch.zeros(groups))

    def forward(self, x: Tensor) -> Tensor:
        """Features (N, groups · F) to logits (N, groups)."""
        logits: Tensor = (x.unflatten(1, self.weight.shape) * self.weight).sum(2) + self.bias
        return logits


def group(module: nn.Module, groups: int) -> None:
    """Replace each layer of a module, in place, by a layer of several groups."""
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d | nn.ConvTranspose2d):
            setattr(module, name, _grouped_convolution(child, groups))
        elif isinstance(child, nn.BatchNorm2d):
            setattr(module, name, nn.BatchNorm2d(child.num_features * groups, child.eps, child.momentum))
        elif isinstance(child, nn.Linear):
            assert isinstance(module, Discriminator)
            setattr(module, name, GroupedLinear(child, groups))
        else:
            group(child, groups)


def _grouped_convolution(layer: nn.Conv2d | nn.ConvTranspose2d, groups: int) -> nn.Module:
    sizes = layer.in_channels * groups, layer.out_channels * groups
    bias = layer.bias is not None
    kernel, stride, padding = layer.kernel_size[0], layer.stride[0], layer.padding[0]
    assert isinstance(padding, int)
    if isinstance(layer, nn.ConvTranspose2d):
        output_padding = layer.output_padding[0]
        return nn.ConvTranspose2d(*sizes, kernel, stride, padding, output_padding, groups=groups, bias=bias)
    return nn.Conv2d(*sizes, kernel, stride, padding, groups=groups, bias=bias)


def grouped_lstnet(
    config: LSTNetConfig, shapes: tuple[ImageShape, ImageShape], device: torch.device, groups: int
) -> LSTNet:
    """A method whose step trains several networks on the same batch, repeated along the channels.

    All have the same weights in Eq. 1, which is enough to measure the speed. Their losses are averaged;
    Adam is invariant to that factor.
    """
    method = LSTNet(config, Problem(shapes, 10), torch.device("cpu"), autocast(config.precision, device))
    for module in method.modules.values():
        group(module, groups)
        module.to(device).to(memory_format=torch.channels_last)
    betas = (config.beta1, config.beta2)
    optimisers = [
        torch.optim.Adam(module.parameters(), config.learning_rate, betas, fused=True, capturable=device.type == "cuda")
        for module in method.modules.values()
    ]
    method.translator_optimiser, method.discriminator_optimiser = optimisers
    return method
