"""Trials on simulated halves of one GPU. Half of its memory is not enough for some of them."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self, cast

import pytest
import ray
import torch
from ray import cloudpickle

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.search import SearchConfig
from lstnet_search.evaluation import EvaluatedTraining
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.storage import Storage
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.training import Report, Start, write_state
from lstnet_search.tuning.cluster.cluster import local_cluster
from lstnet_search.tuning.cluster.placement import Machine, decide_placement
from lstnet_search.tuning.context import SearchContext
from lstnet_search.tuning.probes.gpu_use import probe_gpu
from lstnet_search.tuning.run import Run
from lstnet_search.tuning.schedulers.asha import make_scheduler
from lstnet_search.tuning.schedulers.retry_on_oom import out_of_memory
from lstnet_search.tuning.study.samplers import make_sampler
from lstnet_search.tuning.study.searcher import StudySearch
from lstnet_search.tuning.study.study import Study
from lstnet_search.tuning.trials.checkpoints import newest_checkpoint
from lstnet_search.tuning.trials.trainable import Trainable
from lstnet_search.tuning.tuner import make_tuner, run_tuner

STEPS, TRIALS = 4, 5
HUNGRY, TOO_HUNGRY = 1, 3
"""Numbers of two trials: a whole GPU is enough for the first, but not for the second."""


class NoData:
    def to(self, device: torch.device) -> Self:
        return self


class Counting(Iterator[Report]):
    """A training that does nothing except ask for memory in its second step."""

    def __init__(self, start: Start | None, memory: float) -> None:
        self.last: Report | None = None
        self.alarms: list[str] = []
        self._step = 0 if start is None else start.step
        self._memory = memory

    def __next__(self) -> Report:
        self._step += 1
        if self._step >= 2 and self._memory < 0:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
        metrics = {"target_accuracy": 0.5}
        state = {"step": torch.tensor(self._step)}
        self.last = Report(self._step, float(self._step), metrics, torch.nn.Identity(), lambda: state)
        return self.last

    def save(self, folder: Path, **about: Any) -> None:
        assert self.last is not None
        write_state(folder, self.last.state(), self.last.header | about)


class Sharing(Trainable):
    """A trial on an imagined GPU that does not have enough memory for two hungry trials."""

    def _make(self, start: Start | None) -> EvaluatedTraining:
        with (Path(os.environ["WHERE"]) / f"{self._number}").open("a") as file:
            file.write(f"{self._gpus():g} {0 if start is None else start.step}\n")
        needed = {HUNGRY: 1.0, TOO_HUNGRY: 2.0}.get(self._number, 0.5)
        return cast(EvaluatedTraining, Counting(start, self._gpus() - needed))


@dataclass(frozen=True)
class Ended:
    records: list[TrialRecord]
    begun: dict[int, list[str]]
    """For each start of each trial: its share of a GPU, and the step that it continued from."""
    said: list[str]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    made = tmp_path_factory.mktemp("shared")
    where = made / "begun"
    where.mkdir()
    os.environ["WHERE"] = str(where)  # Ray's workers inherit it
    trial = PRESETS["cpu"].trial.override({"steps": STEPS, "reports": STEPS}, "test")
    space = Space.parse({"w1": {"type": "loguniform", "low": 1, "high": 1000}}, "mine.yaml")
    search = SearchConfig(
        preset="cpu", trial=trial, trials=TRIALS, space_file="mine.yaml", space=space, select_by="target_accuracy"
    ).model_copy(update={"scheduler": "median"})
    placement = decide_placement([Machine(cpus=2, gpus=1)], None, None, TRIALS, per_gpu=2)
    storage = Storage.local(made)
    study = Study(made / "study.journal", make_sampler(search, 0))
    searcher = StudySearch(
        study,
        space,
        trial,
        metric="target_accuracy",
        seed=0,
        trials=TRIALS,
        max_concurrent=placement.concurrent,
        last_checkpoint=partial(newest_checkpoint, storage),
    )
    said: list[str] = []
    here = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(here)  # workers cannot import a test
    try:
        with local_cluster(placement):
            assert ray.cluster_resources()["GPU"] == 1
            assert probe_gpu(search, NoData(), placement) is None  # type: ignore[arg-type]  # a simulated GPU
            folder = ResultsFolder(made)
            context: SearchContext[Any] = SearchContext(Run(folder), search, folder, storage, NoData(), placement)  # type: ignore[type-var]
            tuner = make_tuner(
                context,
                searcher,
                make_scheduler(search, [], "target_accuracy"),
                [],
                TRIALS,
                trainable=Sharing,
                on_retry=lambda number, what: said.append(f"trial {number} {what}"),
            )
            run_tuner(tuner)
    finally:
        cloudpickle.unregister_pickle_by_value(here)
        del os.environ["WHERE"]
    begun = {int(file.name): file.read_text().splitlines() for file in where.iterdir()}
    return Ended(study.records(), begun, said)


@pytest.mark.slow
def test_a_trial_that_runs_out_of_memory_continues_on_a_whole_gpu_and_the_search_ends_as_usual(ended: Ended) -> None:
    assert ended.begun[HUNGRY] == ["0.5 0", "1 1"]  # from its checkpoint at step 1
    record = ended.records[HUNGRY]
    assert record.state == "COMPLETE"
    assert [report.step for report in record.reports] == [1, 2, 3, 4]
    assert [record.number for record in ended.records] == list(range(TRIALS))
    assert f"trial {HUNGRY} ran out of memory in its share of a GPU; it continues on a whole GPU" in ended.said[0]
    for number in set(range(TRIALS)) - {HUNGRY, TOO_HUNGRY}:
        assert ended.begun[number] == ["0.5 0"]
        assert ended.records[number].state == "COMPLETE"


@pytest.mark.slow
def test_a_trial_for_which_a_whole_gpu_is_not_enough_fails_with_its_reason(ended: Ended) -> None:
    assert ended.begun[TOO_HUNGRY] == ["0.5 0", "1 1"]  # two tries, no more
    record = ended.records[TOO_HUNGRY]
    assert record.state == "FAIL"
    assert record.error == "OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB."
    assert [report.step for report in record.reports] == [1]
    assert len(ended.said) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Failure # 1 (occurred at noon)\ntorch.OutOfMemoryError: CUDA out of memory\n", True),
        (
            "Failure # 1 (occurred at noon)\ntorch.OutOfMemoryError: CUDA out of memory\n"
            "Failure # 2 (occurred at one)\nThe actor died\n",
            False,
        ),
        ("Failure # 1 (occurred at noon)\nTask was killed due to the node running low on memory\n", False),
        (None, False),
    ],
)
def test_out_of_gpu_memory_differs_from_other_failures(tmp_path: Path, text: str | None, expected: bool) -> None:
    if text is not None:
        (tmp_path / "error.txt").write_text(text)
    failed = SimpleNamespace(error_file=None if text is None else str(tmp_path / "error.txt"))
    assert out_of_memory(failed) == expected  # type: ignore[arg-type]
