import json
import re
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest

from lstnet_search.results.study.records import ReportRecord
from lstnet_search.tuning.monitoring.prometheus import GAUGES, SET_EVERY_SECONDS, SearchGauges, trial_values

DIRECTIONS = ("a_to_b", "b_to_a")
GRAFANA = Path(__file__).parents[3] / "deploy" / "grafana.json"


class Gauge:
    """Keeps the values that it is set to."""

    seen: ClassVar[list[tuple[str, dict[str, str], float]]] = []

    def __init__(self, name: str, **about: Any) -> None:
        self.name = name

    def set_default_tags(self, tags: dict[str, str]) -> Self:
        return self

    def set(self, value: float, tags: dict[str, str]) -> None:
        self.seen.append((self.name, tags, value))


def test_gauges_are_set_again_before_ray_drops_them_except_those_of_ended_trials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr("lstnet_search.tuning.monitoring.prometheus.Gauge", Gauge)
    monkeypatch.setattr("lstnet_search.tuning.monitoring.prometheus.time.monotonic", lambda: now)
    gauges = SearchGauges("it", "target_accuracy", DIRECTIONS)
    for number in (0, 1):
        gauges.report(number, report(10, 1.0, target_accuracy=0.25))
    gauges.remove(0)
    Gauge.seen.clear()
    now = SET_EVERY_SECONDS - 0.5
    gauges.refresh()
    assert Gauge.seen == []
    now = SET_EVERY_SECONDS + 0.5
    gauges.refresh()
    assert ("lstnet_target_accuracy", {"trial": "1"}, 0.25) in Gauge.seen
    assert {tags["trial"] for _, tags, _ in Gauge.seen} == {"1"}
    assert SET_EVERY_SECONDS < 30, "after which Ray drops a gauge"


def expressions() -> list[str]:
    dashboard = json.loads(GRAFANA.read_text())
    drawn = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    return drawn + [variable["query"] for variable in dashboard["templating"]["list"]]


def test_grafana_draws_every_gauge_and_no_other() -> None:
    drawn = set(re.findall(r"ray_\w+", " ".join(expressions())))
    assert drawn == {f"ray_{name}" for name in GAUGES}


def test_grafana_asks_each_gauge_only_for_labels_that_it_has() -> None:
    for expression in expressions():
        for name, selector in re.findall(r"ray_(lstnet_\w+)(\{[^}]*\})?", expression):
            assert set(re.findall(r"(\w+)=", selector)) <= set(GAUGES[name][1]), expression
        for grouped, name in re.findall(r"by \(([^)]*)\) \(ray_(\w+)", expression):
            assert set(grouped.split(", ")) <= set(GAUGES[name][1]), expression


def report(step: int, seconds: float, **metrics: float) -> ReportRecord:
    return ReportRecord(step, seconds, metrics)


def test_a_report_gives_accuracies_losses_criteria_and_speed_by_label() -> None:
    earlier = report(100, 10.0)
    later = report(
        150,
        12.0,
        target_accuracy=0.5,
        val_accuracy_a_to_b=0.4,
        val_accuracy_b_to_a=0.6,
        loss_cc1=0.25,
        loss_anl=-1.5,
        generator_loss_an1=9.0,
        snd=2.0,
        snd_a_to_b=1.5,
        permuted_share_a_to_b=9.0,
    )
    assert trial_values(3, later, earlier, DIRECTIONS) == [
        ("lstnet_step", ("3",), 150),
        ("lstnet_steps_per_second", ("3",), 25.0),
        ("lstnet_target_accuracy", ("3",), 0.5),
        ("lstnet_accuracy", ("3", "a_to_b"), 0.4),
        ("lstnet_accuracy", ("3", "b_to_a"), 0.6),
        ("lstnet_loss", ("3", "cc1"), 0.25),
        ("lstnet_loss", ("3", "anl"), -1.5),
        ("lstnet_criterion", ("3", "snd", "mean"), 2.0),
        ("lstnet_criterion", ("3", "snd", "a_to_b"), 1.5),
    ]


def test_a_first_report_counts_its_speed_from_the_start_and_no_labels_no_accuracies() -> None:
    assert trial_values(0, report(50, 10.0), None, DIRECTIONS) == [
        ("lstnet_step", ("0",), 50),
        ("lstnet_steps_per_second", ("0",), 5.0),
    ]


@pytest.mark.parametrize("name", GAUGES)
def test_every_gauge_has_the_search_as_its_first_label(name: str) -> None:
    assert GAUGES[name][1][0] == "search"
