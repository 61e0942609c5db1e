"""Converts reports: from a trial's result to the study, and from the study to a record."""

from collections.abc import Mapping
from typing import Any

from lstnet_search.results.study.records import ReportRecord
from lstnet_search.tuning.protocol import METRICS
from lstnet_search.tuning.study.packed_metrics import PackedMetrics

_PREFIX = "report:"


def report_from_result(result: Mapping[str, Any]) -> ReportRecord:
    """The report in one of Ray's results, which have other entries too.

    Ray flattens dictionaries in the results that it passes to searchers and schedulers. A trial's metrics are
    `PackedMetrics`, which it leaves alone.
    """
    return ReportRecord(result["step"], result["seconds"], result[METRICS])


def report_to_attribute(report: ReportRecord) -> tuple[str, dict[str, float]]:
    """The name and the content of the study's attribute for a report."""
    return f"{_PREFIX}{report.step}", {"seconds": report.seconds, **report.metrics}


def reports_from_attributes(attributes: Mapping[str, Any]) -> list[ReportRecord]:
    """The reports among a trial's attributes, ascending in step."""
    reports = []
    for name, content in attributes.items():
        if name.startswith(_PREFIX):
            metrics = PackedMetrics({metric: value for metric, value in content.items() if metric != "seconds"})
            reports.append(ReportRecord(int(name.removeprefix(_PREFIX)), float(content["seconds"]), metrics))
    return sorted(reports, key=lambda report: report.step)
