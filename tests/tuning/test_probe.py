import pytest
import torch

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.search import SearchConfig
from lstnet_search.tuning import probe as module
from lstnet_search.tuning.probe import Probe, estimate
from lstnet_search.tuning.resources import Machine, place


@pytest.mark.parametrize(
    ("repeats", "said", "disk"),
    [  # five rounds of two trials, each `repeats` times 600 · 0.1 s and 12 · 5 s; MB: 7 · 3 · (repeats + 1) + 10
        (1, "10 trials of up to 600 steps, 2 side by side: at most 10 min, less where", "52 MB"),
        (3, "10 trials of 3 seeds of up to 600 steps, 2 side by side: at most 30 min, less where", "94 MB"),
    ],
)
def test_the_estimate_counts_steps_reports_checkpoints_and_samples(
    monkeypatch: pytest.MonkeyPatch, repeats: int, said: str, disk: str
) -> None:
    measured = Probe(step_seconds=0.1, report_seconds=5.0, checkpoint_bytes=2_000_000, samples_bytes=1_000_000)
    monkeypatch.setattr(module, "probe", lambda *arguments: measured)
    trial = PRESETS["cpu"].trial.override({"steps": 600, "reports": 12}, "test")
    space = Space.parse({"w1": {"type": "loguniform", "low": 1, "high": 1000}}, "mine.yaml")
    search = SearchConfig(preset="cpu", trial=trial, trials=10, repeats=repeats, space_file="mine.yaml", space=space)
    placement = place([Machine(cpus=2, gpus=0)], None, None, 10)
    sentence = estimate(search, torch.empty(0), placement, left=10)  # type: ignore[arg-type]  # handed through
    assert sentence.startswith(said)
    assert sentence.endswith(f"up to {disk} of disk")
