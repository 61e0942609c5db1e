import pytest
import torch

from lstnet_search.tuning.trials.device import device_for


@pytest.mark.parametrize(
    ("gpus", "there", "expected"),
    [(0, True, "cpu"), (0, False, "cpu"), (1, True, "cuda"), (0.25, True, "cuda"), (1, False, "cpu")],
)
def test_a_process_computes_on_the_gpu_that_it_was_given_and_on_no_other(
    monkeypatch: pytest.MonkeyPatch, gpus: float, there: bool, expected: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert device_for(gpus).type == expected
