import pytest
import torch

from lstnet_search.tuning.trials.device import device_for, device_works


@pytest.mark.parametrize(
    ("gpus", "visible", "expected"),
    [(0, True, "cpu"), (0, False, "cpu"), (1, True, "cuda"), (0.25, True, "cuda"), (1, False, "cpu")],
)
def test_a_process_computes_on_the_gpu_that_it_was_given_and_on_no_other(
    monkeypatch: pytest.MonkeyPatch, gpus: float, visible: bool, expected: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: visible)
    assert device_for(gpus).type == expected


def test_a_gpu_that_raises_does_not_work_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def synchronize(device: torch.device) -> None:
        raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")

    assert device_works(torch.device("cpu"))
    monkeypatch.setattr(torch.cuda, "synchronize", synchronize)
    assert not device_works(torch.device("cuda"))
