"""A report on its way from a trial's process to a table keeps its numbers to the bit."""

import json
import pickle
from pathlib import Path

import pandas as pd
from ray.tune.utils import flatten_dict

from lstnet_search.results.study.records import ReportRecord, history_table
from lstnet_search.tuning.protocol import METRICS, SCORE
from lstnet_search.tuning.ray_patches.optuna_trials import id_of
from lstnet_search.tuning.study.packed_metrics import PackedMetrics
from lstnet_search.tuning.study.reports import report_from_result, report_to_attribute, reports_from_attributes
from lstnet_search.tuning.study.study import Study

VALUES = {"snd": 0.1 + 0.2, "loss_cc1": -0.0, "infomax": float("inf")}
RESULT = {"step": 10, "seconds": 1 / 3, SCORE: VALUES["snd"], METRICS: PackedMetrics(VALUES)}


def test_a_report_passes_the_process_the_study_and_the_journal(tmp_path: Path) -> None:
    arrived = flatten_dict(pickle.loads(pickle.dumps(RESULT)))  # as Ray passes it to the searcher
    study = Study(tmp_path / "study.journal")
    trial = study.study.ask()
    study.record_settings(trial, {"seed": 0}, "ray")
    study.record_report(id_of(trial), report_from_result(arrived), "snd")
    for records in (study.records(), Study(tmp_path / "study.journal").records()):
        assert records[0].reports == [ReportRecord(10, 1 / 3, VALUES)]
        expected = pd.DataFrame([{"trial": 0, "step": 10, "seconds": 1 / 3} | VALUES])
        pd.testing.assert_frame_equal(history_table(records), expected, check_exact=True)


def test_the_study_keeps_a_report_as_version_0_1_0_did() -> None:
    name, content = report_to_attribute(report_from_result(RESULT))
    assert (name, json.dumps(content)) == (
        "report:10",
        '{"seconds": 0.3333333333333333, "snd": 0.30000000000000004, "loss_cc1": -0.0, "infomax": Infinity}',
    )


def test_reports_are_ascending_in_step_and_other_attributes_are_ignored() -> None:
    attributes = {"report:100": {"seconds": 2}, "settings": {"w1": 1}, "report:20": {"seconds": 1, "snd": 0.5}}
    assert reports_from_attributes(attributes) == [ReportRecord(20, 1.0, {"snd": 0.5}), ReportRecord(100, 2.0, {})]
