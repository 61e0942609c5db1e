"""What is recorded in the study, without Ray running."""

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState
from ray.tune.search import Searcher
from study_searches import study_search

from lstnet_search.config import Space, TrialConfig
from lstnet_search.results.study.records import Exploit, ranked, trials_table
from lstnet_search.tuning.protocol import METRICS, SCORE
from lstnet_search.tuning.ray_patches.optuna_trials import suggest
from lstnet_search.tuning.study.race import seed_of
from lstnet_search.tuning.study.searcher import StudySearch
from lstnet_search.tuning.study.study import Study, distribution

SPACE = Space.read(Path(__file__).parents[3] / "search_spaces" / "weight_ratios.yaml")


def result(step: int, accuracy: float) -> dict[str, Any]:
    return {
        "step": step,
        "seconds": step / 10,
        "peak_memory_mb": 512.0,
        SCORE: accuracy,
        METRICS: {"snd": accuracy, "loss_cc1": 0.5},
    }


def make(
    path: Path,
    trials: int = 4,
    max_concurrent: int = 2,
    space: Space = SPACE,
    starts: Sequence[tuple[dict[str, Any], dict[str, Any]]] = (),
) -> tuple[StudySearch, Study]:
    return study_search(
        path,
        space,
        trials,
        optuna.samplers.TPESampler(seed=0),
        max_concurrent=max_concurrent,
        last_checkpoint=lambda number, at_most: str(path / f"checkpoint-{number}-{at_most}"),
        starts=starts,
    )


def given(searcher: StudySearch, trial_id: str) -> dict[str, Any]:
    suggestion = searcher.suggest(trial_id)
    assert isinstance(suggestion, dict)
    return suggestion


def test_an_end_that_cannot_be_recorded_is_recorded_when_the_trial_ends_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*arguments: Any) -> None:
        raise OSError(errno.ESTALE, "Stale file handle")

    searcher, study = make(tmp_path)
    given(searcher, "a")
    with monkeypatch.context() as broken:
        broken.setattr(Study, "finish", away)
        with pytest.raises(OSError, match="Stale"):
            searcher.on_trial_complete("a", result(30, 0.5))
    searcher.on_trial_result("a", result(20, 0.4))  # it was restarted
    searcher.on_trial_complete("a", result(30, 0.5))
    (record,) = study.records()
    assert record.state == "COMPLETE"
    assert [report.step for report in record.reports] == [20, 30]


def test_trial_0_has_the_papers_weights_and_the_other_settings_of_the_base(tmp_path: Path) -> None:
    searcher, _ = make(tmp_path)
    first = given(searcher, "a")
    settings = TrialConfig.parse(first["settings"], "test")
    assert first["trial"] == 0
    assert settings.weights == {"w1": 20, "w2": 20, "w3": 100, "w4": 100, "w5": 100, "w6": 100, "wl": 30}
    assert settings.steps == 30


def test_trial_0_has_the_papers_weights_even_if_the_space_fixes_others(tmp_path: Path) -> None:
    space = Space.parse({"w1": {"type": "loguniform", "low": 1, "high": 100}, "wl": 0}, "test")
    searcher, _ = make(tmp_path, space=space)
    assert given(searcher, "a")["settings"]["wl"] == 30
    assert given(searcher, "b")["settings"]["wl"] == 0


def test_later_trials_are_drawn_from_the_space_all_with_the_same_seed(tmp_path: Path) -> None:
    searcher, _ = make(tmp_path, trials=20, max_concurrent=20)
    settings = [given(searcher, str(index))["settings"] for index in range(20)]
    assert all(SPACE.ranges[name].contains(drawn[name]) for drawn in settings for name in SPACE.ranges)
    assert all(drawn["w3"] == 100 for drawn in settings)
    assert {drawn["seed"] for drawn in settings} == {seed_of(0, 0)}
    assert len({drawn["w1"] for drawn in settings}) == 20


def test_a_conditional_setting_is_drawn_if_its_condition_holds_and_is_the_presets_otherwise(tmp_path: Path) -> None:
    conditional = {"type": "uniform", "low": 40, "high": 50, "when": {"latent_stride": 3}}
    space = Space.parse({"wl": conditional, "latent_stride": {"type": "choice", "values": [1, 3]}}, "test")
    searcher, study = make(tmp_path, trials=20, max_concurrent=20, space=space)
    settings = [given(searcher, str(index))["settings"] for index in range(20)]
    assert {drawn["latent_stride"] for drawn in settings} == {1, 3}
    for drawn, trial in zip(settings, study.trials(), strict=True):
        assert ("wl" in trial.params) == (drawn["latent_stride"] == 3)
        assert 40 <= drawn["wl"] <= 50 if drawn["latent_stride"] == 3 else drawn["wl"] == 30


def test_trial_0_has_the_papers_weights_to_the_bit_if_they_are_shares_of_a_sum(tmp_path: Path) -> None:
    space = Space.read(Path(__file__).parents[3] / "search_spaces" / "simplex.yaml")
    searcher, _ = make(tmp_path, space=space)
    assert TrialConfig.parse(given(searcher, "a")["settings"], "test").weights == TrialConfig().weights
    drawn = TrialConfig.parse(given(searcher, "b")["settings"], "test").weights
    assert sum(drawn.values()) == pytest.approx(470)


def test_no_more_trials_are_handed_out_than_may_run_at_once_or_than_the_search_has(tmp_path: Path) -> None:
    searcher, _ = make(tmp_path, trials=3, max_concurrent=2)
    given(searcher, "a")
    given(searcher, "b")
    assert searcher.suggest("c") is None
    searcher.on_trial_complete("a", result(30, 0.5))
    given(searcher, "c")
    searcher.on_trial_complete("b", result(30, 0.5))
    assert searcher.suggest("d") == Searcher.FINISHED


def test_a_trial_at_its_last_step_is_complete_with_its_best_value(tmp_path: Path) -> None:
    searcher, study = make(tmp_path)
    given(searcher, "a")
    searcher.on_trial_result("a", result(10, 0.3))
    searcher.on_trial_result("a", result(20, 0.9))
    searcher.on_trial_complete("a", result(30, 0.6))
    (trial,) = study.trials()
    assert trial.state == TrialState.COMPLETE
    assert trial.value == 0.9
    assert trial.intermediate_values == {10: 0.3, 20: 0.9, 30: 0.6}
    assert trial.user_attrs["peak_memory_mb"] == 512.0
    assert trial.user_attrs["ray_trial_id"] == "a"
    assert trial.user_attrs["seconds"] == 3.0


def test_a_stopped_trial_is_pruned_and_keeps_the_report_that_stopped_it(tmp_path: Path) -> None:
    searcher, study = make(tmp_path)
    given(searcher, "a")
    searcher.on_trial_complete("a", result(10, 0.2))
    (trial,) = study.trials()
    assert trial.state == TrialState.PRUNED
    assert trial.intermediate_values == {10: 0.2}
    assert trial.user_attrs["ray_trial_id"] == "a"
    assert trial.user_attrs["seed"] == trial.system_attrs["settings"]["seed"]
    assert trial.user_attrs["seconds"] == 1.0
    assert trial.user_attrs["peak_memory_mb"] == 512.0
    (record,) = study.records()
    assert record.reports[0].metrics == {"snd": 0.2, "loss_cc1": 0.5}


@pytest.mark.parametrize(
    ("last", "error", "reason"),
    [
        (
            {"error": "DivergedError: diverged at step 17: loss_an1 is not finite", "peak_memory_mb": 512.0},
            False,
            "diverged at step 17",
        ),
        (None, True, "trial's process died"),
        (result(10, 0.4), True, "trial's process died"),
    ],
)
def test_a_failed_trial_is_recorded_as_failed_with_its_reason(
    tmp_path: Path, last: dict[str, Any] | None, error: bool, reason: str
) -> None:
    searcher, study = make(tmp_path)
    given(searcher, "a")
    searcher.on_trial_result("a", result(10, 0.4))
    searcher.on_trial_complete("a", last, error=error)
    (record,) = study.records()
    assert record.state == "FAIL"
    assert reason in record.error
    (trial,) = study.trials()
    assert trial.intermediate_values == {10: 0.4}
    memory = {"peak_memory_mb": 512.0} if last else {}
    kept = {"error": record.error, "ray_trial_id": "a", "seed": record.seed, "seconds": 1.0} | memory
    assert trial.user_attrs.items() >= kept.items()


def test_an_end_is_recorded_once(tmp_path: Path) -> None:
    searcher, study = make(tmp_path)
    given(searcher, "a")
    searcher.on_trial_complete("a", result(30, 0.5))
    searcher.on_trial_complete("a", result(30, 0.1))
    (trial,) = study.trials()
    assert trial.value == 0.5


def test_unfinished_trials_are_handed_out_first_under_their_own_numbers(tmp_path: Path) -> None:
    searcher, _ = make(tmp_path)
    first, second = given(searcher, "a"), given(searcher, "b")
    searcher.on_trial_result("b", result(10, 0.4))
    searcher.on_trial_complete("a", result(30, 0.5))

    again, study = make(tmp_path)
    handed = given(again, "x")
    assert handed["trial"] == 1
    assert handed["settings"] == second["settings"]
    assert handed["checkpoint"] == str(tmp_path / "checkpoint-1-10")  # not beyond its last report
    assert given(again, "y")["trial"] == 2
    assert first["trial"] == 0
    again.on_trial_complete("x", result(30, 0.7))
    assert [trial.state.name for trial in study.trials()] == ["COMPLETE", "COMPLETE", "RUNNING"]
    assert study.trials()[1].intermediate_values == {10: 0.4, 30: 0.7}


def test_an_exploit_is_in_the_study_and_applies_when_the_trial_is_handed_out_again(tmp_path: Path) -> None:
    searcher, study = make(tmp_path)
    given(searcher, "a")
    handed = given(searcher, "b")
    weights = TrialConfig().weights | {"w1": 7.0}
    for _ in range(2):  # recording it twice changes nothing
        searcher.on_exploit("b", Exploit(20, 0, weights))
    (record,) = [record for record in study.records() if record.number == 1]
    assert record.exploits == [Exploit(20, 0, weights)]
    assert record.settings == handed["settings"]
    assert study.trials()[1].user_attrs["took over at step 20"] == {"trial": 0} | weights

    again, study = make(tmp_path)
    given(again, "x")
    assert given(again, "y")["settings"] == handed["settings"] | weights
    assert [record.settings["w1"] for record in study.records()] == [20.0, handed["settings"]["w1"]]


def test_with_keep_asking_ray_expects_more_trials_while_one_runs(tmp_path: Path) -> None:
    searcher, _ = make(tmp_path, trials=1)
    given(searcher, "a")
    assert searcher.suggest("b") == Searcher.FINISHED
    searcher._keep_asking = True
    assert searcher.suggest("b") is None
    searcher.on_trial_complete("a", result(30, 0.5))
    assert searcher.suggest("b") == Searcher.FINISHED


def test_a_trial_whose_draw_was_interrupted_is_completed_and_handed_out(tmp_path: Path) -> None:
    searcher, study = make(tmp_path)
    given(searcher, "a")
    dying = study.study.ask()
    suggest(dying, "w1", distribution(SPACE.ranges["w1"]))

    again, _ = make(tmp_path)
    given(again, "x")
    handed = given(again, "y")
    assert handed["trial"] == 1
    assert handed["settings"]["w1"] == dying.params["w1"]
    assert all(SPACE.ranges[name].contains(handed["settings"][name]) for name in SPACE.ranges)
    assert handed["checkpoint"] is None


def test_points_come_after_trial_0_with_their_values_to_the_bit(tmp_path: Path) -> None:
    space = Space.parse({"w3": 100, "w1": {"ratio_of": "w3", "type": "uniform", "low": 0.001, "high": 1}}, "test")
    searcher, _ = make(tmp_path, space=space, starts=[({"w1/w3": 0.29}, {"w1": 29.0})])
    assert 0.29 * 100 != 29
    assert given(searcher, "a")["settings"]["w1"] == 20
    assert given(searcher, "b")["settings"]["w1"] == 29


def test_points_alone_train_on_one_seed(tmp_path: Path) -> None:
    searcher, study = make(tmp_path, trials=2, space=Space(), starts=[({}, {"wl": 0.0})])
    whole, without = given(searcher, "a")["settings"], given(searcher, "b")["settings"]
    assert whole | {"wl": 0.0} == without
    assert whole["wl"] == 30
    assert [trial.params for trial in study.trials()] == [{}, {}]


def test_a_start_with_its_own_seed_keeps_it(tmp_path: Path) -> None:
    searcher, _ = make(tmp_path, trials=2, space=Space(), starts=[({}, {"seed": 77, "steps": 5})])
    given(searcher, "a")
    settings = given(searcher, "b")["settings"]
    assert (settings["seed"], settings["steps"]) == (77, 5)


def test_points_that_a_killed_process_did_not_add_are_added_by_the_next(tmp_path: Path) -> None:
    starts = [(dict.fromkeys(SPACE.ranges, 2.0), {}), (dict.fromkeys(SPACE.ranges, 3.0), {})]
    make(tmp_path, starts=starts[:1])
    searcher, study = make(tmp_path, starts=starts)
    assert len(study.trials()) == 3
    make(tmp_path, starts=starts)
    assert len(study.trials()) == 3
    assert given(searcher, "a")["settings"]["w1"] == 20
    make(tmp_path, starts=[*starts, ({}, {})])
    assert len(study.trials()) == 3


def test_the_number_of_trials_counts_those_of_earlier_runs(tmp_path: Path) -> None:
    searcher, _ = make(tmp_path, trials=2)
    given(searcher, "a")
    searcher.on_trial_complete("a", result(30, 0.5))
    again, study = make(tmp_path, trials=2)
    given(again, "x")
    assert again.suggest("y") == Searcher.FINISHED
    assert len(study.trials()) == 2


def test_reports_without_an_oracle_score_are_ranked_by_a_criterion(tmp_path: Path) -> None:
    searcher, study = make(tmp_path)
    for trial_id, value in (("a", -0.5), ("b", -0.25)):
        given(searcher, trial_id)
        searcher.on_trial_complete(trial_id, result(30, value))
    assert study.study.best_trial.number == 1
    assert study.study.best_value == -0.25
    assert [record.number for record in ranked(study.records(), "snd")] == [1, 0]
    table = trials_table(study.records(), "snd")
    assert table["best/snd"].tolist() == [-0.5, -0.25]
    assert not [name for name in table.columns if "accuracy" in name]


def test_the_study_and_ray_need_not_use_the_same_key_for_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "settings in Ray's configuration"
    monkeypatch.setattr("lstnet_search.tuning.study.searcher.SETTINGS", key)
    searcher, _ = make(tmp_path)
    first = given(searcher, "a")[key]
    searcher.on_trial_result("a", result(10, 0.4))
    handed = given(make(tmp_path)[0], "x")
    assert handed[key] == first
    assert handed["checkpoint"] == str(tmp_path / "checkpoint-0-10")
