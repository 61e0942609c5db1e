"""Real searches at smoke size: a real Ray cluster, real images, tiny networks."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from searches import (
    ALL_BUNDLED,
    ROOT,
    command,
    done,
    here,
    own_tables,
    run_until,
    search_until,
    searched,
    smoke,
    unbroken,
)

pytestmark = pytest.mark.slow

STEPS = 3


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def first(results: Path, address: str) -> Path:
    """The folder of a search that ended."""
    searched(results, "--steps", str(STEPS), "--trials", "3", "--name", "first", address=address)
    return results / "first"


def test_a_search_ends_with_its_tables_winner_and_pictures(first: Path) -> None:
    folder = first
    trials, history = pd.read_parquet(folder / "trials.parquet"), pd.read_parquet(folder / "history.parquet")
    assert trials["trial"].tolist() == [0, 1, 2]
    assert trials["config/w1"].iloc[0] == 20.0
    assert trials["state"].iloc[0] == "COMPLETE"
    assert set(trials["state"]) <= {"COMPLETE", "PRUNED"}
    assert history[history["trial"] == 0]["step"].tolist() == list(range(1, STEPS + 1))
    best = yaml.safe_load((folder / "best_config.yaml").read_text())
    assert best["width"] == 0.015625
    for name in ("search.yaml", "study.journal", "best_model.safetensors", "best_model.json", "translations.png"):
        assert (folder / name).is_file(), name
    assert (folder / "samples" / "0.npz").is_file()


@pytest.mark.parametrize(
    "change",
    [
        ["--seed", "5"],
        ["--space", "search_spaces/tied.yaml"],
        ["--sampler", "random"],
        ["--seeds", "2"],
        ["--scheduler", "none"],
        ["--deterministic"],
        ["--select-by", "snd"],
    ],
    ids=lambda change: change[0],
)
def test_a_search_is_not_resumed_as_another(results: Path, first: Path, change: list[str]) -> None:
    before = {path: path.stat().st_mtime for path in first.rglob("*")}
    refused = here("search", *smoke(results, "--name", "first", "--resume", *change))
    assert refused.code == 2
    assert f"{first} was started with {change[0].removeprefix('--').replace('-', '_')}" in refused.err
    assert refused.out == ""
    assert {path: path.stat().st_mtime for path in first.rglob("*")} == before


def test_a_search_by_a_criterion_ranks_its_trials_by_it(results: Path, address: str) -> None:
    folder = results / "by-snd"
    options = ("--steps", "2", "--trials", "3", "--select-by", "snd", "--name", folder.name)
    searched(results, *options, *ALL_BUNDLED, address=address)
    trials, history = (pd.read_parquet(folder / name) for name in ("trials.parquet", "history.parquet"))
    highest = history.groupby("trial")["snd"].max()
    assert highest.nunique() == 3
    assert trials["best/snd"].tolist() == highest.tolist()
    config = (folder / "best_config.yaml").read_text()
    assert config.startswith(f"# trial {highest.idxmax()} of search by-snd\n# best by snd: {highest.max():.4g}\n")


def test_status_shows_how_far_a_search_is(first: Path) -> None:
    printed = done("status", str(first))
    assert unbroken(printed).startswith(f"{first} · mnist ⇄ usps · 3 trials × {STEPS} steps ")
    assert "\nfinished; of 3 trials " in printed
    assert "\nbest, " in printed


def test_select_best_prints_the_trials_and_writes_settings_that_train_takes(first: Path, tmp_path: Path) -> None:
    chosen = tmp_path / "chosen.yaml"
    printed = done("select-best", str(first), "--output", str(chosen))
    trials = pd.read_parquet(first / "trials.parquet")
    best = trials.loc[trials["best/target_accuracy"].idxmax()]
    assert f"settings of trial {best['trial']}" in printed
    assert yaml.safe_load(chosen.read_text())["w1"] == best["config/w1"]
    trained = done("train", "--config", str(chosen), "--steps", "3", "--output", str(tmp_path / "model"))
    assert "step 3/3" in trained
    assert len(pd.read_parquet(tmp_path / "model" / "history.parquet")) == 3
    assert (tmp_path / "model" / "model.safetensors").is_file()


def test_the_winner_trained_again_without_ray_has_the_curve_it_had(first: Path, tmp_path: Path) -> None:
    target = tmp_path / "exported"
    assert str(target) in done("export", str(first), "--to", str(target))
    assert {path.name for path in target.iterdir()} == {
        "README.md",
        "best_config.yaml",
        "best_model.json",
        "best_model.safetensors",
        "translations.png",
    }
    done("train", "--config", str(target / "best_config.yaml"), "--output", str(tmp_path / "model"))
    again = pd.read_parquet(tmp_path / "model" / "history.parquet")
    trials, history = pd.read_parquet(first / "trials.parquet"), pd.read_parquet(first / "history.parquet")
    of_winner = history[history["trial"] == trials.loc[trials["best/target_accuracy"].idxmax(), "trial"]]
    shared = [name for name in history.columns if name not in ("trial", "seconds")]
    pd.testing.assert_frame_equal(
        again[shared].head(len(of_winner)).reset_index(drop=True), of_winner[shared].reset_index(drop=True)
    )


def test_a_deterministic_search_with_two_workers_and_a_stop_gives_the_tables_of_one_worker(
    results: Path, address: str
) -> None:
    size = ("--steps", "2", "--trials", "12", "--seeds", "3", "--deterministic")  # two rounds, the second with repeats
    searched(results, *size, "--name", "one-worker", "--cpus", "1", address=address)
    options = (*size, "--name", "interrupted", "--cpus", "2")
    joins = {"RAY_ADDRESS": address}
    code, printed = search_until(results, "trial 1 ", *options, stop=signal.SIGINT, environment=joins)
    assert code == 130, printed
    searched(results, "--name", "interrupted", "--seeds", "3", "--resume", "--cpus", "2", address=address)
    expected = own_tables(results / "one-worker")
    for mine, other in zip(expected, own_tables(results / "interrupted"), strict=True):
        pd.testing.assert_frame_equal(mine, other)
    assert len(expected[0]) == 12
    repeats = expected[0][expected[0]["repeat_of"].notna()]
    assert len(repeats) == 4
    assert set(repeats["seed"]).isdisjoint(expected[0]["seed"][:8])


def test_a_winner_is_compared_with_itself_without_terms_of_its_objective(
    results: Path, first: Path, address: str
) -> None:
    printed = done("ablate", str(first), address=address)
    trials = pd.read_parquet(results / "first-ablation" / "trials.parquet")
    assert (trials["state"] == "COMPLETE").all()
    assert (trials["steps"] == STEPS).all()
    assert trials["seed"].nunique() == 1
    winner = yaml.safe_load((first / "best_config.yaml").read_text())
    assert trials["config/wl"].tolist() == [winner["wl"], 0, winner["wl"], winner["wl"]]
    assert trials["config/w1"].tolist() == [winner["w1"]] * 3 + [0]
    table = printed[printed.index("\nunchanged ") :].splitlines()[1:6]
    names = ("unchanged", "wl=0", "w5=0 w6=0", "w1=0 w2=0", "no translation")
    assert all(row.startswith(f"{name} ") for row, name in zip(table, names, strict=True)), printed


def test_two_objectives_of_several_seeds_end_with_a_front_and_are_resumed(results: Path, address: str) -> None:
    options = ("--steps", "2", "--trials", "6", "--name", "front", "--direction", "pareto", "--seeds", "3")
    printed = searched(results, *options, "--scheduler", "none", address=address)
    assert "Pareto front:" in printed
    assert any(said in printed for said in ("No difference shown between", "better than")), printed
    searched(results, "--name", "front", "--resume", "--seeds", "3", "--add-trials", "3", address=address)
    folder = results / "front"
    trials, configurations = (pd.read_parquet(folder / f"{name}.parquet") for name in ("trials", "configurations"))
    assert trials["trial"].tolist() == list(range(9))
    both = trials["best/val_accuracy_mnist_to_usps"] + trials["best/val_accuracy_usps_to_mnist"]
    pd.testing.assert_series_equal(trials["best/target_accuracy"], both / 2, check_names=False)
    repeats = trials[trials["repeat_of"].notna()]
    assert len(repeats) == 3
    firsts = trials.set_index("trial").loc[repeats["repeat_of"]]
    assert repeats["config/w1"].tolist() == firsts["config/w1"].tolist()
    assert (repeats["seed"].to_numpy() != firsts["seed"].to_numpy()).all()
    assert configurations["trials"].sum() == 9
    assert configurations["probability_best"].sum() == pytest.approx(1)
    best = configurations.iloc[0]
    config = (folder / "best_config.yaml").read_text()
    assert yaml.safe_load(config)["seed"] == trials.set_index("trial").loc[best["best_trial"], "seed"]
    assert "# expected with another seed: " in config


def test_a_trial_and_then_the_search_are_stopped_from_another_terminal(results: Path, address: str) -> None:
    folder = results / "stopped"
    options = ("--steps", "1200", "--trials", "4", "--name", folder.name, "--scheduler", "none")
    environment = os.environ | {"RAY_ADDRESS": address}
    with subprocess.Popen(
        command(results, *options), cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        printed = ""
        for line in run.stdout:
            printed += line
            if line.startswith("trial 0 ") and "trial 0 " not in printed.removesuffix(line):
                assert f"process {run.pid}" in done("status", str(folder))
                done("stop", str(folder), "--trial", "0")
            if line.startswith("trial 0 ") and "stopped by you" in line:
                done("stop", str(folder))
        assert run.wait(timeout=900) == 130, printed
    assert "trials are unfinished; resume with: " in unbroken(printed)
    trials = pd.read_parquet(folder / "trials.parquet").set_index("trial")
    assert trials.loc[0, ["state", "error"]].tolist() == ["PRUNED", "stopped by you"]
    assert "RUNNING" in set(trials["state"])


def test_a_search_is_enlarged_with_points_and_trials_of_another(
    results: Path, first: Path, tmp_path: Path, address: str
) -> None:
    points = tmp_path / "points.yaml"
    points.write_text("- {w1: 50, wl: 5}\n")
    printed = searched(
        results,
        *("--steps", str(STEPS), "--trials", "2", "--name", "enlarged", "--scheduler", "median", "--sampler", "gp"),
        *("--warm-start", str(first), "--points", str(points)),
        address=address,
    )
    assert f"completed trials of {first} that lie in this space" in unbroken(printed)
    for more, wanted in ((["--add-trials", "1"], 3), ([], 3)):
        searched(results, "--name", "enlarged", "--resume", *more, address=address)
        trials = pd.read_parquet(results / "enlarged" / "trials.parquet")
        assert trials["trial"].tolist() == list(range(wanted))
        assert trials["config/w1"].tolist()[:2] == [20.0, 50.0]
        assert yaml.safe_load((results / "enlarged" / "search.yaml").read_text())["search"]["trials"] == wanted


def test_a_confirmation_that_is_stopped_continues_with_more_seeds_and_opens_the_test_sets_once(
    first: Path, tmp_path: Path, address: str
) -> None:
    arguments = ["confirm", str(first), "--top", "2", "--steps", "24"]
    interrupted = [sys.executable, "-m", "lstnet_search", *arguments, "--seeds", "1"]
    joins = {"RAY_ADDRESS": address}
    code, printed = run_until(interrupted, ".* 2/24", stop=signal.SIGINT, environment=joins)
    assert code == 130, printed
    resume = f"resume with: python -m lstnet_search confirm {first} --top 2 --steps 24 --seeds 1"
    assert resume in unbroken(printed)
    assert not (first / "test_openings.jsonl").exists()

    printed = done(*arguments, "--seeds", "2", address=address)
    assert "the test sets are opened, the 1st time for this study" in printed
    table = pd.read_parquet(first / "confirmation.parquet")
    found = yaml.safe_load((first / "confirmation.yaml").read_text())
    trials = pd.read_parquet(first / "trials.parquet")
    ranked = trials.sort_values(["best/target_accuracy", "trial"], ascending=[False, True])["trial"].tolist()
    confirmed = [*ranked[:2], *({0} - set(ranked[:2]))]
    assert set(table["trial"].dropna()) == set(confirmed)
    assert table["candidate"].iloc[0] == "best"
    assert table["trial"].iloc[0] == ranked[0]
    assert table.groupby("candidate")["seed"].apply(tuple).nunique() == 1
    assert table["seed"].nunique() == 2
    assert not set(table["seed"]) & set(trials["seed"])
    assert table["target_accuracy"].between(0, 1).all()
    assert found["sentence"] in unbroken(printed)
    assert found["seeds"] == table["seed"].tolist()[:2]
    trained = pd.read_parquet(first / "confirmation" / "trials.parquet")
    assert trained["state"].tolist() == ["COMPLETE"] * 2 * len(confirmed)  # none twice
    history = pd.read_parquet(first / "confirmation" / "history.parquet")
    assert not history.duplicated(["trial", "step"]).any()
    assert not [name for name in history.columns if "val_" in name or "test_" in name]

    best = first / "best_config.yaml"
    assert f"# confirmed: {found['sentence']}\n" in best.read_text()
    printed = done("train", "--config", str(best), "--steps", "2", "--test", "--output", str(tmp_path / "model"))
    assert "the test sets are opened, the 2nd time for this study\ntest_accuracy_mnist_to_usps: " in printed
    assert len((first / "test_openings.jsonl").read_text().splitlines()) == 2
