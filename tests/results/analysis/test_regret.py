from math import isnan
from pathlib import Path

import pytest
from small_studies import ORACLE, study, trial

from lstnet_search.results.analysis.regret import judge


def test_regret_is_how_much_better_the_best_trial_is_than_the_picked_one(tmp_path: Path) -> None:
    # The criterion is highest in trial 1's second report, where the oracle is 0.6; the highest oracle of all is 0.95.
    # The criterion ranks the trials 2, 3, 1 and the oracle at those reports 3, 2, 1: Spearman's 1 - 6 · 2 / (3 · 8).
    records = [
        trial(0, [(2.0, 0.9), (1.0, 0.95)]),
        trial(1, [(1.0, 0.8), (3.0, 0.6)]),
        trial(2, [(1.0, 0.1)], "PRUNED"),
    ]
    verdict = judge(study(tmp_path, records), "snd", ORACLE)
    assert verdict is not None
    assert verdict.picked == 1
    assert verdict.regret == pytest.approx(0.35)
    assert verdict.correlation == pytest.approx(0.5)
    assert verdict.trials == 3


def test_a_criterion_that_never_changes_has_a_regret_but_no_correlation(tmp_path: Path) -> None:
    verdict = judge(study(tmp_path, [trial(0, [(1.0, 0.5)]), trial(1, [(1.0, 0.9)])]), "snd", ORACLE)
    assert verdict is not None
    assert isnan(verdict.correlation)
    assert verdict.regret == pytest.approx(0.4)  # the earlier of two equal trials is picked


def test_a_criterion_without_reports_is_not_judged(tmp_path: Path) -> None:
    tables = study(tmp_path, [trial(0, [(1.0, 0.5)])])
    assert judge(tables, "bnm", ORACLE) is None
    assert judge(tables, "snd", "val_accuracy_mnist_to_usps") is None
    assert judge(study(tmp_path / "empty", []), "snd", ORACLE) is None
