"""Trainings on the whole bundled sets."""

from pathlib import Path

import pytest
import torch

from lstnet_search.config import TrialConfig
from lstnet_search.domains import load
from lstnet_search.evaluation import UnevaluatedTraining, WholeSets
from lstnet_search.evaluation.full_training import PROGRESS
from lstnet_search.training import DivergedError, Start, read_state

CPU = torch.device("cpu")
NOWHERE = Path("nowhere")
TINY = TrialConfig(
    data="bundled", width=1 / 64, batch_size=8, steps=6, reports=3, learning_rate=1e-3, batch_norm_momentum=0.1
)


@pytest.fixture(scope="module")
def sets() -> WholeSets:
    return WholeSets.read(TINY, NOWHERE)


def test_there_is_no_validation_split(sets: WholeSets) -> None:
    assert [len(domain) for domain in sets.train] == [10_000, 7291]
    whole = [load(name, "bundled", NOWHERE, "train").fingerprint for name in ("mnist", "usps")]
    assert sets.fingerprint == "-".join(whole)


def test_reports_contain_progress_but_no_accuracy(sets: WholeSets) -> None:
    reports = list(UnevaluatedTraining(TINY, sets, CPU))
    assert [report.metrics[PROGRESS] for report in reports] == [2 / 6, 4 / 6, 1]
    assert not [name for name in reports[-1].metrics if "val_" in name or "test_" in name or "infomax" in name]


def test_a_resumed_training_equals_an_uninterrupted_one(sets: WholeSets, tmp_path: Path) -> None:
    whole = UnevaluatedTraining(TINY, sets, CPU)
    next(whole)
    whole.save(tmp_path, trial=3)
    *_, last = whole
    state, header = read_state(tmp_path)
    assert header["trial"] == 3
    resumed = UnevaluatedTraining(TINY, sets, CPU, Start(state, header["step"], header["seconds"]))
    reports = list(resumed)
    assert [report.metrics[PROGRESS] for report in reports] == [4 / 6, 1]
    again = reports[-1].state()
    assert all(torch.equal(tensor, again[name]) for name, tensor in last.state().items())


def test_a_network_broken_by_the_last_update_counts_as_diverged(sets: WholeSets) -> None:
    broken = TINY.override({"steps": 1, "reports": 1, "w1": 1e39}, "test")  # inf in float32
    with pytest.raises(DivergedError, match="diverged at step"):
        list(UnevaluatedTraining(broken, sets, CPU))
