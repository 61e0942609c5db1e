import pytest
import torch
from torch import Tensor, nn

from lstnet_search.evaluation.inference import evaluation_mode, in_batches


def test_images_come_as_floats_between_minus_one_and_one() -> None:
    images = torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1)
    (floats,) = in_batches(lambda batch: (batch,), images)
    assert floats.flatten().tolist() == [-1.0, 1.0]


def test_batches_are_no_larger_than_asked_and_keep_the_order() -> None:
    sizes = []

    def count(batch: Tensor) -> tuple[Tensor, Tensor]:
        sizes.append(len(batch))
        return batch, batch[:, 0, 0]

    images = torch.arange(5, dtype=torch.uint8).view(5, 1, 1, 1)
    outputs, firsts = in_batches(count, images, batch_size=2)
    assert sizes == [2, 2, 1]
    assert firsts.shape == (5, 1)
    assert outputs.flatten().argsort().tolist() == [0, 1, 2, 3, 4]


class Module(nn.Module):
    def translate(self, images: Tensor, source: int) -> Tensor:
        return images


def fail_in_evaluation_mode(module: Module) -> None:
    with evaluation_mode(module):
        assert not module.training
        raise ZeroDivisionError("by hand")


def test_the_mode_is_restored_even_after_an_error() -> None:
    module = Module().train()
    with pytest.raises(ZeroDivisionError, match="by hand"):
        fail_in_evaluation_mode(module)
    assert module.training
