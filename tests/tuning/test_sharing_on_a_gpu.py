"""What GPU sharing relies on, on a real GPU: the probe, the share of memory, and CPU searches that leave it alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import ray
import torch

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.search import SearchConfig
from lstnet_search.domains import DomainPair, load
from lstnet_search.evaluation import Prepared, prepare_pair
from lstnet_search.tuning.cluster.cluster import local_cluster
from lstnet_search.tuning.cluster.gpu_sharing import memory_fraction, trials_per_gpu
from lstnet_search.tuning.cluster.placement import Machine, Placement, decide_placement
from lstnet_search.tuning.probes.cost import measure_cost
from lstnet_search.tuning.probes.gpu_use import probe_gpu

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.slow,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]

PLACEMENT = decide_placement([Machine(cpus=2, gpus=1)], None, None, 4)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    config = PRESETS["paper"].trial.override({"data": "bundled", "classifier_steps": 10}, "test")
    images = (load(name, "bundled", Path(), "train").take(torch.arange(1500)) for name in config.domains)
    return prepare_pair(DomainPair(*images), config, torch.device("cpu"), tmp_path_factory.mktemp("c"))


@pytest.fixture(scope="module", autouse=True)
def on_cluster() -> Iterator[None]:
    with local_cluster(PLACEMENT):
        yield


def searched(width: float) -> SearchConfig:
    trial = PRESETS["paper"].trial.override({"width": width, "data": "bundled"}, "test")
    return SearchConfig(preset="paper", trial=trial, trials=4, space_file="none", space=Space())


def test_a_probe_measures_what_a_training_uses_of_a_gpu_and_leaves_nothing_there(prepared: Prepared) -> None:
    before = torch.cuda.mem_get_info()[0]
    wide, narrow = (probe_gpu(searched(width), prepared, PLACEMENT) for width in (1, 1 / 16))
    assert wide is not None
    assert narrow is not None
    assert 0.5 < wide.busy <= 1  # a recorded step at full width
    assert 0 < narrow.busy <= 1
    assert 0 < narrow.peak_bytes < wide.peak_bytes < wide.gpu_bytes
    assert trials_per_gpu(wide, cores=16) == 1
    assert torch.cuda.mem_get_info()[0] >= before - 2**28


def test_a_process_gets_no_more_memory_than_its_share() -> None:
    @ray.remote(num_gpus=0.25, max_calls=1)
    def fill() -> float:
        whole = torch.cuda.get_device_properties(0).total_memory
        torch.cuda.set_per_process_memory_fraction(memory_fraction(0.25, whole), 0)
        held = []
        try:
            while True:
                held.append(torch.empty(2**28, dtype=torch.uint8, device="cuda"))
        except torch.OutOfMemoryError:
            return torch.cuda.memory_reserved() / whole

    assert 0.1 < ray.get(fill.remote()) <= 0.25


def test_a_search_without_gpus_leaves_them_alone(prepared: Prepared) -> None:
    before = torch.cuda.mem_get_info()[0]
    measure_cost(searched(1 / 64), prepared, Placement(cpus=2, gpus=0, concurrent=2))
    assert torch.cuda.mem_get_info()[0] >= before - 2**28
