"""The trainings that confirm a study made up by hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError
from lstnet_search.results.confirmation.plan import ConfirmationPlan, candidates, extend_seeds, make_plan
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.records import ReportRecord, State, TrialRecord
from lstnet_search.seeding import derive_seed

BASE = PRESETS["cpu"].trial.override({"steps": 30}, "test")
SEARCH = SearchConfig(
    preset="cpu",
    trial=BASE,
    trials=6,
    space_file="mine.yaml",
    space=Space.parse({"w1": {"type": "uniform", "low": 1, "high": 100}}, "mine.yaml"),
    seed=5,
)


def record(number: int, accuracy: float, state: State = "COMPLETE", metric: str = "target_accuracy") -> TrialRecord:
    changes = {"seed": 1000 + number} | ({} if number == 0 else {"w1": float(number)})
    settings = BASE.override(changes, "test").model_dump(mode="json")
    return TrialRecord(number, state, settings, [ReportRecord(30, 1.0, {metric: accuracy})], seed=1000 + number)


@pytest.fixture
def study(tmp_path: Path) -> ResultsFolder:
    """Trials ranked 2, 0, 4, 1; trial 3 failed and trial 5 has not ended."""
    folder = ResultsFolder(tmp_path)
    folder.write_search({"search": SEARCH.model_dump(mode="json")})
    states: tuple[State, ...] = ("COMPLETE", "PRUNED", "COMPLETE", "FAIL", "PRUNED", "RUNNING")
    accuracies = (0.8, 0.5, 0.9, 0.99, 0.7, 0.95)
    records = [record(number, *each) for number, each in enumerate(zip(accuracies, states, strict=True))]
    folder.write_tables(records, "target_accuracy")
    return folder


def test_the_best_trials_that_ended_are_candidates_and_the_papers_weights_too(study: ResultsFolder) -> None:
    plan = make_plan(study, 3, 2, None)
    assert plan.trials == (2, 0, 4)
    assert plan.steps == 30
    found = candidates(study, plan.trials)
    assert [(each.name, each.trial) for each in found] == [("best", 2), ("3", 4), ("paper", 0)]
    assert found[0].config.w1 == 2
    assert found[2].config == BASE
    assert make_plan(study, 1, 2, None).trials == (2, 0)


def test_the_papers_weights_are_named_best_where_they_are(study: ResultsFolder) -> None:
    study.write_tables([record(0, 0.9), record(1, 0.5)], "target_accuracy")
    found = candidates(study, make_plan(study, 3, 2, None).trials)
    assert [(each.name, each.trial) for each in found] == [("best", 0), ("2", 1)]


def test_candidates_are_ranked_by_what_the_search_maximised(study: ResultsFolder) -> None:
    study.update_search(SEARCH.model_copy(update={"select_by": "snd"}).model_dump(mode="json"))
    study.write_tables([record(0, 1.5, metric="snd"), record(1, 2.5, metric="snd")], "snd")
    assert make_plan(study, 1, 1, None).trials == (1, 0)


def test_equal_settings_are_confirmed_once(study: ResultsFolder) -> None:
    twins = [record(0, 0.8), record(2, 0.9), replace(record(2, 0.7), number=3), record(4, 0.6)]
    twins.append(replace(record(0, 0.95), number=5, seed=1005))  # drawn equal to the paper's weights
    study.write_tables(twins, "target_accuracy")
    plan = make_plan(study, 3, 2, None)
    assert plan.trials == (0, 2, 4)
    found = candidates(study, plan.trials)
    assert [(each.name, each.trial) for each in found] == [("best", 0), ("2", 2), ("3", 4)]
    assert [each.trial for each in candidates(study, (2, 3, 0))] == [0, 2, 3]  # what was planned before stays


def test_seeds_are_derived_and_differ_from_those_of_the_trials() -> None:
    expected = [derive_seed(5, "confirmation", number) for number in range(4)]
    assert extend_seeds((), 3, 5, set()) == tuple(expected[:3])
    assert extend_seeds((), 3, 5, {expected[1]}) == (expected[0], *expected[2:4])
    assert extend_seeds(tuple(expected[:2]), 3, 5, set()) == tuple(expected[:3])
    assert extend_seeds((7, 8, 9), 2, 5, set()) == (7, 8, 9)


def test_a_plan_grows_with_larger_numbers_and_never_shrinks(study: ResultsFolder) -> None:
    first = make_plan(study, 1, 2, 12)
    first.write(study)
    assert ConfirmationPlan.read(study) == first
    more = make_plan(study, 3, 4, None)
    assert more.trials == (2, 0, 4)
    assert more.seeds[:2] == first.seeds
    assert len(set(more.seeds)) == 4
    assert more.steps == 12
    assert make_plan(study, 1, 1, 12) == first


def test_a_trial_that_has_become_better_joins_those_that_are_confirmed(study: ResultsFolder) -> None:
    make_plan(study, 1, 2, None).write(study)
    study.write_tables([record(0, 0.8), record(1, 0.99), record(2, 0.9)], "target_accuracy")
    plan = make_plan(study, 1, 2, None)
    assert plan.trials == (2, 0, 1)
    assert [(each.name, each.trial) for each in candidates(study, plan.trials)] == [
        ("best", 1),
        ("2", 2),
        ("paper", 0),
    ]


def test_other_steps_are_refused(study: ResultsFolder) -> None:
    make_plan(study, 1, 2, 12).write(study)
    with pytest.raises(InputError, match="has 12 steps per training, not 13"):
        make_plan(study, 1, 2, 13)


@pytest.mark.parametrize(
    ("top", "seeds", "steps", "message"),
    [
        (0, 1, 1, "--top 0 must be from 1 to 1000000; change it or leave it out"),
        (1, 0, 1, "--seeds 0 must be from 1 to 100; change it or leave it out"),
        (1, 1, 0, "--steps 0 must be from 1 to 1000000000000; change it or leave it out"),
        (10**26, 1, 1, f"--top {10**26} must be from 1 to 1000000"),
        (1, 2_000_000_000, 1, "--seeds 2000000000 must be from 1 to 100"),
        (1, 1, 10**26, f"--steps {10**26} must be from 1 to 1000000000000"),
    ],
)
def test_fewer_than_one_of_anything_or_too_many_are_refused(
    study: ResultsFolder, top: int, seeds: int, steps: int, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        make_plan(study, top, seeds, steps)


def test_a_study_without_a_trial_that_ended_is_refused(study: ResultsFolder) -> None:
    study.write_tables([record(0, 0.5, "RUNNING")], "target_accuracy")
    with pytest.raises(InputError, match=r"no trial of .* has ended yet; wait for the first, then confirm again"):
        make_plan(study, 1, 1, None)
    study.trials_file.unlink()
    with pytest.raises(InputError, match="has no trials yet; wait for the first to end"):
        make_plan(study, 1, 1, None)


def test_an_ablation_has_no_papers_weights_to_compare_with(study: ResultsFolder) -> None:
    other = SEARCH.model_copy(update={"trial": BASE.override({"w1": 7}, "test")})
    study.update_search(other.model_dump(mode="json"))
    with pytest.raises(InputError, match=r"trial 0 of .* does not have the paper's weights"):
        make_plan(study, 1, 1, None)


def test_a_damaged_plan_is_reported(study: ResultsFolder) -> None:
    make_plan(study, 1, 1, None).write(study)
    study.confirmation_plan_file.write_text("steps: 3\n")
    with pytest.raises(InputError, match=r"cannot read .*plan.yaml: 'seeds'; remove .*confirmation to start over"):
        make_plan(study, 1, 1, None)


def test_a_record_without_a_report_is_not_a_candidate(study: ResultsFolder) -> None:
    study.write_tables([record(0, 0.5), replace(record(1, 0.9), reports=[])], "target_accuracy")
    assert make_plan(study, 3, 1, None).trials == (0,)
