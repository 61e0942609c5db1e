"""Packed mappings behave like other mappings, and are small."""

import copy
import math
import pickle
import tracemalloc
from pathlib import Path

import pytest

from lstnet_search.results.study.records import ReportRecord
from lstnet_search.tuning.ray_patches.optuna_trials import id_of
from lstnet_search.tuning.study.packed_metrics import PackedMetrics, pack_if_floats
from lstnet_search.tuning.study.study import Study

METRICS = {f"a_metric_with_a_name_of_its_own_{number}": number / 7 for number in range(60)}


def test_a_packed_mapping_equals_its_source_to_the_bit() -> None:
    content = {"a": 0.1 + 0.2, "b": -0.0, "c": float("inf")}
    assert pack_if_floats(content) == content
    assert list(pack_if_floats(content)) == ["a", "b", "c"]
    assert math.copysign(1.0, pack_if_floats(content)["b"]) == -1.0
    assert math.isnan(pack_if_floats({"nan": float("nan")})["nan"])


def test_a_missing_name_is_a_key_error() -> None:
    content = pack_if_floats({"a": 1.0})
    assert "b" not in content
    assert content.get("b") is None
    with pytest.raises(KeyError, match="b"):
        content["b"]


def test_copies_and_pickles_are_equal() -> None:
    content = PackedMetrics({"a": 1.0, "b": 2.0})
    assert copy.deepcopy({"it": content}) == {"it": {"a": 1.0, "b": 2.0}}
    loaded = pickle.loads(pickle.dumps(content))
    assert loaded == content
    assert loaded._indices is content._indices  # the names are shared


@pytest.mark.parametrize("content", [{"a": 1}, {"a": True}, {"a": 1.0, "b": "two"}, {"a": {"b": 1.0}}, {}, [1.0], 1.0])
def test_what_is_not_all_floats_is_not_packed(content: object) -> None:
    assert pack_if_floats(content) is content


def test_a_study_keeps_a_report_of_60_metrics_in_less_than_3_kib(tmp_path: Path) -> None:
    study = Study(tmp_path / "study.journal")
    trial = study.study.ask()
    study.record_settings(trial, {"seed": 0}, "it")
    study.record_report(id_of(trial), ReportRecord(1, 1.0, METRICS), next(iter(METRICS)))
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for step in range(2, 202):
        study.record_report(id_of(trial), ReportRecord(step, 1.0, METRICS), next(iter(METRICS)))
    records = study.records()  # as the tables read them
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert records[0].reports[-1] == ReportRecord(201, 1.0, METRICS)
    assert (after - before) / 200 < 3 * 1024
