"""Runs benchmarks in the process of the tests: each new process would take seconds to import torch."""

import os
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

import alternatives
import evaluation
import gpu_paper
import gpu_trials
import load
import precision
import pytest
import recipe
import recording
import search_efficiency
import start
import step
import torch

from lstnet_search.config import TrialConfig
from lstnet_search.evaluation import Prepared, prepare
from lstnet_search.models import fused

ROOT = Path(__file__).parents[2]


class SameProcessPool:
    """Stands for a process pool, and requires that calls can be pickled."""

    def __init__(self, processes: int, mp_context: Any) -> None: ...

    def __enter__(self) -> "SameProcessPool":
        return self

    def __exit__(self, *exception: object) -> None: ...

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        pickle.dumps((function, arguments))
        future: Future[Any] = Future()
        future.set_result(function(*arguments))
        return future


class SameProcessWorker:
    """Stands for `machine.Worker`."""

    def __init__(self, build: Callable[[], Callable[[], object]]) -> None:
        pickle.dumps(build)
        self._call = build()

    def begin(self, times: int) -> None:
        for _ in range(times):
            self._call()

    def finish(self) -> float:
        return 0.25

    def seconds(self, times: int) -> float:
        self.begin(times)
        return self.finish()

    def end(self) -> float:
        return 100.0


@contextmanager
def same_process_workers(
    builds: list[Callable[[], Callable[[], object]]], clock: Callable[[], float] | None = None
) -> Iterator[list[SameProcessWorker]]:
    yield [SameProcessWorker(build) for build in builds]


@pytest.fixture(autouse=True)
def same_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep benchmarks in this process, in the repository's folder, on one thread and all cores."""
    for module in (alternatives, load, precision, recipe, recording, search_efficiency):
        monkeypatch.setattr(module, "ProcessPoolExecutor", SameProcessPool)
    for module in (gpu_trials, step):
        monkeypatch.setattr(module, "workers", same_process_workers)
    monkeypatch.setattr(fused, "library", fused.library)  # a variant of a step goes without compiled kernels
    monkeypatch.setattr(os, "sched_setaffinity", lambda process, cores: None)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.chdir(ROOT)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def bundled_data(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The bundled data with hardly trained classifiers."""
    config = TrialConfig(data="bundled", classifier_steps=10)
    return prepare(config, Path(), torch.device("cpu"), tmp_path_factory.mktemp("classifiers"))


@pytest.fixture
def prepared(bundled_data: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let benchmarks take this data instead of training classifiers."""
    for module in (alternatives, evaluation, gpu_paper, precision, recipe, recording, search_efficiency, start):
        monkeypatch.setattr(module, "prepare", create_autospec(prepare, return_value=bundled_data))
