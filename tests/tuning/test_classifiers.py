import os
from pathlib import Path
from typing import Any
from unittest.mock import Mock, call

import pytest
from few_images import prepare_few

from lstnet_search.config import TrialConfig
from lstnet_search.tuning import classifiers
from lstnet_search.tuning.classifiers import ClassifierTrainings
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.stop_request import StopRequest

SEEDS = (1, 2, 3)


def train_all(cache: Path, placement: Placement) -> list[Any]:
    """What the trainings of classifiers return, two for each seed."""
    trainings = ClassifierTrainings(TrialConfig(), prepare_few(cache).train, placement, StopRequest())
    found = trainings.of_domains(SEEDS, lambda line: None)
    assert found is not None
    return [each for pair in found.values() for each in pair]


@pytest.mark.slow
@pytest.mark.usefixtures("driver")
def test_classifiers_without_a_gpu_are_trained_in_the_same_few_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classifiers, "_classifier", lambda *arguments: os.getpid())
    processes = train_all(tmp_path, Placement(cpus=2, gpus=0, concurrent=2))
    assert len(processes) == 6
    assert len(set(processes)) < 6


def test_a_process_ends_with_its_classifier_if_it_has_a_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ray = Mock()
    ray.wait.return_value, ray.get.return_value = ([], []), [None] * 6
    monkeypatch.setattr(classifiers, "ray", ray)
    train_all(tmp_path, Placement(cpus=2, gpus=1, concurrent=1))
    assert ray.remote.call_args == call(max_calls=1)
