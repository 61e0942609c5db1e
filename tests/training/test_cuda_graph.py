"""Replaying a captured step has the same effect as taking it."""

import pytest
import torch

from lstnet_search.config import TrialConfig
from lstnet_search.methods.base import Problem
from lstnet_search.methods.lstnet import LSTNet
from lstnet_search.models import ImageShape
from lstnet_search.training import CapturedStep
from lstnet_search.training.cuda_graph import WARM_UP

PROBLEM = Problem((ImageShape(1, 28), ImageShape(1, 16)), classes=10)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="a CUDA graph needs a CUDA device")
def test_a_replayed_step_equals_the_step_itself() -> None:
    device = torch.device("cuda")
    config = TrialConfig(width=1 / 16, batch_norm_momentum=0.1, precision="float32", cuda_graph=True)
    ours, theirs = (LSTNet(config, PROBLEM, device) for _ in range(2))
    captured = CapturedStep(ours.step)
    generator = torch.Generator().manual_seed(0)
    for _ in range(WARM_UP + 3):
        images = [
            (torch.rand(8, 1, side, side, generator=generator) * 2 - 1)
            .to(device)
            .contiguous(memory_format=torch.channels_last)
            for side in (28, 16)
        ]
        torch.testing.assert_close(captured(*images), theirs.step(*images), rtol=1e-3, atol=1e-4)
    for name, value in ours.translator.state_dict().items():
        torch.testing.assert_close(value, theirs.translator.state_dict()[name], rtol=1e-2, atol=1e-3)
