"""The origin of networks that trials copied from each other."""

import time

from lstnet_search.results.study.lineage import lineage, with_schedules
from lstnet_search.results.study.ranking import settings_of_row
from lstnet_search.results.study.records import Exploit, ReportRecord, TrialRecord, trials_table


def weights(value: float) -> dict[str, float]:
    return dict.fromkeys(("w1", "w2", "w3", "w4", "w5", "w6", "wl"), value)


def record(number: int, best: int, *exploits: Exploit) -> TrialRecord:
    reports = [ReportRecord(step, 1.0, {"snd": float(step == best)}) for step in (10, 20, 30, 40, 50)]
    settings = {"domains": ["mnist", "usps"], "w1": float(number), "seed": 100 + number}
    return TrialRecord(number, "COMPLETE", settings, reports, seed=100 + number, exploits=exploits)


FROM_1 = Exploit(20, 1, weights(2))
FROM_2 = Exploit(40, 2, weights(3))
FROM_0 = Exploit(40, 0, weights(4))
RECORDS = [record(0, 50), record(1, 20, FROM_0), record(2, 30, FROM_1), record(3, 50, FROM_2)]
KNOWN = dict(enumerate(RECORDS))
"""At step 20, trial 2 copies from 1. At step 40, trial 3 copies from 2, and trial 1 copies from 0."""


def test_the_lineage_leads_through_donors_as_they_were_at_the_copy() -> None:
    assert lineage(KNOWN, 0, 50) == (0, [])
    assert lineage(KNOWN, 1, 50) == (0, [FROM_0])
    assert lineage(KNOWN, 3, 50) == (1, [FROM_1, FROM_2])  # without what trial 1 copied at step 40


def test_a_report_at_the_step_of_a_copy_belongs_to_the_network_before() -> None:
    assert lineage(KNOWN, 2, 20) == (2, [])
    assert lineage(KNOWN, 2, 30) == (1, [FROM_1])


def test_settings_are_those_that_train_the_network_of_the_best_report() -> None:
    found = with_schedules(RECORDS, "snd")
    assert [each.settings["seed"] for each in found] == [100, 101, 101, 101]
    assert [each.settings["w1"] for each in found] == [0, 1, 1, 1]
    assert "schedule" not in found[1].settings  # its best report was before it copied
    assert found[3].settings["schedule"] == [{"step": 20, "weights": weights(2)}, {"step": 40, "weights": weights(3)}]
    assert [each.seed for each in found] == [100, 101, 102, 103]


def test_a_schedule_goes_into_the_table_and_comes_back() -> None:
    table = trials_table(with_schedules(RECORDS, "snd"), "snd")
    assert settings_of_row(table.iloc[1]).schedule == ()
    config = settings_of_row(table.iloc[3])
    assert config.seed == 101
    assert [(change.step, change.weights["w6"]) for change in config.schedule] == [(20, 2), (40, 3)]
    assert "config/schedule" not in trials_table([record(0, 50)], "snd")


def test_time_grows_linearly_with_the_number_of_trials() -> None:
    many = [record(number, 50) for number in range(10_000)]
    begun = time.process_time()
    assert with_schedules(many, "snd")[-1].settings["seed"] == 10_099
    assert time.process_time() - begun < 5  # it took ten times as long when each trial searched all the others
