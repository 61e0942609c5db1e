"""Samplers depend on the seed, stay in the space, and are refused if they would silently draw at random."""

from pathlib import Path
from typing import Any

import optuna
import pytest

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError
from lstnet_search.tuning.protocol import METRICS, SCORE
from lstnet_search.tuning.ray_patches import bounded_tpe
from lstnet_search.tuning.study import samplers
from lstnet_search.tuning.study.objectives import objectives
from lstnet_search.tuning.study.samplers import SAMPLERS, make_sampler, refuse_sampler
from lstnet_search.tuning.study.searcher import StudySearch
from lstnet_search.tuning.study.study import Study

TWO = {name: {"type": "loguniform", "low": 1, "high": 1000} for name in ("w1", "wl")}
CHOICE = {"latent_stride": {"type": "choice", "values": [1, 3]}}
SOMETIMES = CHOICE | {"wl": {"type": "uniform", "low": 1, "high": 99, "when": {"latent_stride": 3}}}


def asked(
    sampler: str, content: dict[str, Any] = TWO, seed: int = 0, trials: int = 16, direction: str = "both"
) -> SearchConfig:
    return SearchConfig.parse(
        {
            "preset": "cpu",
            "trial": PRESETS["cpu"].trial.model_dump(),
            "trials": trials,
            "space_file": "mine.yaml",
            "space": Space.parse(content, "mine.yaml"),
            "sampler": sampler,
            "seed": seed,
            "direction": direction,
        },
        "test",
    )


def run(path: Path, search: SearchConfig, trials: int) -> list[dict[str, Any]]:
    """Parameters of trials that end one after the other. A trial is better the nearer its w1 is to 300."""
    study = Study(path)
    study.study.sampler = make_sampler(search, len(study.trials()))
    searcher = StudySearch(
        study,
        search.space,
        search.trial,
        metric="snd",
        seed=search.seed,
        trials=trials,
        max_concurrent=1,
        last_checkpoint=lambda number, at_most: None,
    )
    known = len(study.trials()) if len(study.trials()) > 1 else 0
    for index in range(known, trials):
        suggestion = searcher.suggest(str(index))
        assert isinstance(suggestion, dict)
        settings = suggestion["settings"]
        score = 1 / (1 + abs(settings["w1"] - 300))
        result = {"step": settings["steps"], "seconds": 1.0, SCORE: score, METRICS: {"snd": score}}
        searcher.on_trial_complete(str(index), result)
    return [trial.params for trial in study.trials()]


def test_tpe_considers_only_the_latest_poor_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(earlier: int, considered: int) -> dict[str, Any]:
        monkeypatch.setattr(bounded_tpe, "CONSIDERED_TRIALS", considered)
        study = optuna.create_study(direction="maximize", sampler=make_sampler(asked("tpe"), 0))
        bounds = {"w1": optuna.distributions.FloatDistribution(0, 1)}
        for number, w1 in enumerate([0.9] * earlier + [index / 40 for index in range(31)]):
            study.add_trial(optuna.create_trial(params={"w1": w1}, distributions=bounds, value=float(number)))
        return study.ask(bounds).params

    # Of 31 trials, as of 40, the four with the highest values are good: 27 others, or nine more.
    assert draw(9, 27) == draw(0, 27)
    assert draw(9, 1000) != draw(0, 1000)


@pytest.mark.parametrize("name", SAMPLERS)
def test_draws_lie_within_the_space_and_depend_on_the_seed_alone(tmp_path: Path, name: str) -> None:
    if name == "cmaes":
        pytest.importorskip("cmaes")
    one, two, other = (
        run(tmp_path / file, asked(name, seed=seed), 12) for file, seed in (("one", 0), ("two", 0), ("other", 1))
    )
    assert one[0] == {"w1": 20, "wl": 30}
    space = asked(name).space
    assert all(space.parameters[parameter].contains(value) for drawn in one for parameter, value in drawn.items())
    assert len({(drawn["w1"], drawn["wl"]) for drawn in one}) == 12
    assert one == two
    assert one[1:] != other[1:]


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_resumed_search_draws_new_settings(tmp_path: Path, name: str) -> None:
    if name == "cmaes":
        pytest.importorskip("cmaes")
    run(tmp_path / "study", asked(name), 6)
    drawn = run(tmp_path / "study", asked(name), 12)
    assert len({(parameters["w1"], parameters["wl"]) for parameters in drawn}) == 12


def test_a_resumed_search_continues_the_sequence_of_qmc(tmp_path: Path) -> None:
    run(tmp_path / "stopped", asked("qmc"), 6)
    assert run(tmp_path / "stopped", asked("qmc"), 12)[2:] == run(tmp_path / "whole", asked("qmc"), 12)[2:]


@pytest.mark.parametrize(("trials", "first"), [(8, 4), (24, 6), (64, 10)])
def test_a_small_search_begins_with_a_quarter_of_random_draws_a_large_one_with_ten(trials: int, first: int) -> None:
    sampler = make_sampler(asked("gp", trials=trials), 0)
    assert isinstance(sampler, optuna.samplers.GPSampler)
    assert sampler._n_startup_trials == first


@pytest.fixture
def all_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samplers, "find_spec", lambda name: name)


@pytest.mark.parametrize("name", [name for name, row in SAMPLERS.items() if row.several_objectives])
def test_two_objectives_can_be_searched_with_stopped_trials(tmp_path: Path, name: str) -> None:
    search = asked(name, direction="pareto", trials=14)
    study = Study(tmp_path / "study.journal", objectives=2)
    study.study.sampler = make_sampler(search, 0)
    searcher = StudySearch(
        study,
        search.space,
        search.trial,
        metric="target_accuracy",
        seed=0,
        trials=14,
        max_concurrent=1,
        last_checkpoint=lambda number, at_most: None,
        objectives=objectives(search, "target_accuracy"),
    )
    for index in range(14):
        suggestion = searcher.suggest(str(index))
        assert isinstance(suggestion, dict)
        settings = suggestion["settings"]
        accuracies = {
            "val_accuracy_mnist_to_usps": 1 / settings["w1"],
            "val_accuracy_usps_to_mnist": 1 / settings["wl"],
        }
        mean = sum(accuracies.values()) / 2
        metrics = {METRICS: accuracies | {"target_accuracy": mean}}
        step = settings["steps"] // (2 if index % 2 else 1)
        searcher.on_trial_complete(str(index), {"step": step, "seconds": 1.0, SCORE: mean} | metrics)
    trials = study.trials()
    assert trials[0].values == [1 / 20, 1 / 30]
    assert [trial.state.name for trial in trials] == ["COMPLETE", "PRUNED"] * 7
    assert len({(trial.params["w1"], trial.params["wl"]) for trial in trials}) == 14


@pytest.mark.usefixtures("all_installed")
def test_a_sampler_of_one_objective_is_refused_for_two() -> None:
    message = (
        r"^--sampler cmaes supports one objective, and --direction pareto has two; "
        r"choose one of tpe, gp, nsga2, qmc, random"
    )
    with pytest.raises(InputError, match=message):
        refuse_sampler(asked("cmaes", direction="pareto"))


@pytest.mark.usefixtures("all_installed")
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "cmaes",
            TWO | CHOICE,
            r"^--sampler cmaes searches numbers only, and latent_stride is a choice; choose one of tpe, gp, nsga2, "
            r"qmc, random, prior, or change mine\.yaml$",
        ),
        (
            "cmaes",
            {"w1": TWO["w1"]},
            r"^--sampler cmaes needs at least 2 free dimensions; choose one of tpe, gp, nsga2, qmc, random, prior",
        ),
        (
            "gp",
            SOMETIMES,
            r"^--sampler gp cannot learn about wl, searched only under a condition \('when'\); choose one of tpe, ran",
        ),
        ("nsga2", SOMETIMES, r"^--sampler nsga2 cannot learn about wl"),
        ("qmc", SOMETIMES, r"^--sampler qmc cannot learn about wl"),
    ],
)
def test_a_sampler_that_cannot_search_the_space_is_refused(name: str, content: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        refuse_sampler(asked(name, content))


@pytest.mark.usefixtures("all_installed")
@pytest.mark.parametrize(
    ("name", "content"),
    [*((name, TWO) for name in SAMPLERS), ("tpe", SOMETIMES), ("random", SOMETIMES), ("qmc", CHOICE), ("gp", CHOICE)],
)
def test_other_samplers_are_accepted(name: str, content: dict[str, Any]) -> None:
    refuse_sampler(asked(name, content))


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samplers, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"^--sampler cmaes needs the package cmaes, which .*; pip install cmaes$"):
        refuse_sampler(asked("cmaes"))
    refuse_sampler(asked("tpe"))
