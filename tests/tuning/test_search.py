"""Real searches at smoke size: a real Ray cluster, real images, tiny networks."""

import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from searches import own_tables, run, run_until, search, search_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results")


def module(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run("-m", "lstnet_search", *arguments)


@pytest.fixture(scope="module")
def first(results: Path) -> Path:
    """The folder of a search that ended."""
    ended = search(results, "--steps", "12", "--trials", "3", "--name", "first")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("dashboard: http://127.0.0.1:")
    return results / "first"


def test_a_search_ends_with_its_tables_winner_and_pictures(first: Path) -> None:
    folder = first
    trials, history = pd.read_parquet(folder / "trials.parquet"), pd.read_parquet(folder / "history.parquet")
    assert trials["trial"].tolist() == [0, 1, 2]
    assert trials["config/w1"].iloc[0] == 20.0
    assert trials["state"].iloc[0] == "COMPLETE"
    assert set(trials["state"]) <= {"COMPLETE", "PRUNED"}
    assert history[history["trial"] == 0]["step"].tolist() == list(range(1, 13))
    best = yaml.safe_load((folder / "best_config.yaml").read_text())
    assert best["width"] == 0.015625
    for name in ("search.yaml", "study.journal", "best_model.safetensors", "best_model.json", "translations.png"):
        assert (folder / name).is_file(), name
    assert (folder / "samples" / "0.npz").is_file()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["--seed", "5"], "was begun with seed 0, and is asked to go on with 5"),
        (["--space", "search_spaces/tied.yaml"], "was begun with space"),
        (["--sampler", "random"], "was begun with sampler tpe, and is asked to go on with random"),
        (["--repeats", "2"], "was begun with repeats 1, and is asked to go on with 2"),
        (["--scheduler", "none"], "was begun with scheduler asha, and is asked to go on with none"),
        pytest.param(
            ["--deterministic"], "was begun with deterministic False, and is asked to go on with True", id="rounds"
        ),
        (["--select-by", "snd"], "was begun with select_by target_accuracy, and is asked to go on with snd"),
    ],
)
def test_a_search_is_not_resumed_as_another(results: Path, first: Path, change: list[str], message: str) -> None:
    before = {path: path.stat().st_mtime for path in first.rglob("*")}
    refused = search(results, "--name", "first", "--resume", *change)
    assert refused.returncode == 2
    assert message in refused.stderr
    assert refused.stdout == ""
    assert {path: path.stat().st_mtime for path in first.rglob("*")} == before


@pytest.fixture(scope="module")
def by_snd(results: Path) -> Path:
    """The folder of a search by a criterion, of one worker."""
    return search_by_snd(results, "by-snd")


def search_by_snd(results: Path, name: str) -> Path:
    asked = ("--steps", "6", "--trials", "3", "--select-by", "snd", "--cpus", "1", "--name", name)
    ended = search(results, *asked)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return results / name


def test_a_search_by_a_criterion_ranks_its_trials_by_it(by_snd: Path) -> None:
    trials, history = (pd.read_parquet(by_snd / name) for name in ("trials.parquet", "history.parquet"))
    highest = history.groupby("trial")["snd"].max()
    assert trials["best/snd"].tolist() == highest.tolist()
    config = (by_snd / "best_config.yaml").read_text()
    assert config.startswith(f"# trial {highest.idxmax()} of search by-snd\n# best by snd: {highest.max():.4g}\n")


def test_two_runs_with_one_seed_and_one_worker_give_equal_tables(results: Path, by_snd: Path) -> None:
    again = search_by_snd(results, "again")
    for one, two in zip(own_tables(by_snd), own_tables(again), strict=True):
        pd.testing.assert_frame_equal(one, two)


def test_status_tells_how_a_search_stands(first: Path) -> None:
    told = module("status", str(first)).stdout
    assert f"{first}: not running" in told
    assert "of 3 trials" in told
    assert "best: trial " in told


def test_select_best_prints_the_trials_and_writes_settings_that_train_takes(first: Path, tmp_path: Path) -> None:
    chosen = tmp_path / "chosen.yaml"
    printed = run("analysis/select_best.py", str(first), "--output", str(chosen)).stdout
    trials = pd.read_parquet(first / "trials.parquet")
    best = trials.loc[trials["best/target_accuracy"].idxmax()]
    assert f"settings of trial {best['trial']}" in printed
    assert yaml.safe_load(chosen.read_text())["w1"] == best["config/w1"]
    trained = module("train", "--config", str(chosen), "--steps", "3", "--output", str(tmp_path / "model"))
    assert "step 3/3" in trained.stdout
    assert len(pd.read_parquet(tmp_path / "model" / "history.parquet")) == 3
    assert (tmp_path / "model" / "model.safetensors").is_file()


def test_the_winner_trained_again_without_ray_has_the_curve_it_had(first: Path, tmp_path: Path) -> None:
    target = tmp_path / "exported"
    assert str(target) in module("export", str(first), "--to", str(target)).stdout
    assert {path.name for path in target.iterdir()} == {
        "README.md",
        "best_config.yaml",
        "best_model.json",
        "best_model.safetensors",
        "translations.png",
    }
    module("train", "--config", str(target / "best_config.yaml"), "--output", str(tmp_path / "model"))
    again = pd.read_parquet(tmp_path / "model" / "history.parquet")
    trials, history = pd.read_parquet(first / "trials.parquet"), pd.read_parquet(first / "history.parquet")
    searched = history[history["trial"] == trials.loc[trials["best/target_accuracy"].idxmax(), "trial"]]
    shared = [name for name in history.columns if name not in ("trial", "seconds")]
    pd.testing.assert_frame_equal(
        again[shared].head(len(searched)).reset_index(drop=True), searched[shared].reset_index(drop=True)
    )


def test_a_trial_that_diverges_ends_as_failed_with_step_and_term_and_the_search_goes_on(
    results: Path, tmp_path: Path
) -> None:
    space = tmp_path / "space.yaml"
    space.write_text("width: 0.015625\nbatch_size: 8\nw1: {type: choice, values: [20, 1.0e+39]}\n")  # inf in float32
    ended = search(results, "--space", str(space), "--steps", "4", "--trials", "4", "--name", "diverging")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    trials = pd.read_parquet(results / "diverging" / "trials.parquet")
    diverging = trials["config/w1"] > 1e30
    assert diverging.any()
    assert (trials.loc[diverging, "state"] == "FAIL").all()
    assert trials.loc[diverging, "error"].str.contains(r"diverged at step \d: loss_.* is not finite").all()
    assert set(trials.loc[~diverging, "state"]) <= {"COMPLETE", "PRUNED"}
    assert "failed: DivergedError: diverged at step" in ended.stdout


def test_a_deterministic_search_with_two_workers_and_a_stop_gives_the_tables_of_one_worker(results: Path) -> None:
    size = ("--steps", "2", "--trials", "9", "--deterministic")  # two rounds
    ended = search(results, *size, "--name", "alone", "--cpus", "1")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    code, said = search_until(results, "trial 1 ", *size, "--name", "interrupted", "--cpus", "2", stop=signal.SIGINT)
    assert code == 130, said
    ended = search(results, "--name", "interrupted", "--resume", "--cpus", "2")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    alone = own_tables(results / "alone")
    for mine, other in zip(alone, own_tables(results / "interrupted"), strict=True):
        pd.testing.assert_frame_equal(mine, other)
    assert len(alone[0]) == 9


def test_a_winner_is_compared_with_itself_without_terms_of_its_objective(results: Path, first: Path) -> None:
    printed = module("ablate", str(first)).stdout
    trials = pd.read_parquet(results / "first-ablation" / "trials.parquet")
    assert (trials["state"] == "COMPLETE").all()
    assert (trials["steps"] == 12).all()
    assert trials["seed"].nunique() == 1
    winner = yaml.safe_load((first / "best_config.yaml").read_text())
    assert trials["config/wl"].tolist() == [winner["wl"], 0, winner["wl"], winner["wl"]]
    assert trials["config/w1"].tolist() == [winner["w1"]] * 3 + [0]
    rows = [line.replace("│", " ").split()[:2] for line in printed.splitlines() if line.startswith("│")]
    assert rows == [["as", "it"], ["wl=0", "1"], ["w5=0", "w6=0"], ["w1=0", "w2=0"], ["no", "translation"]]


def test_two_objectives_end_with_a_front_and_are_gone_on_with(results: Path) -> None:
    begun = search(results, "--steps", "6", "--trials", "3", "--name", "front", "--direction", "pareto")
    assert begun.returncode == 0, begun.stdout + begun.stderr
    assert "Pareto front:" in begun.stdout
    ended = search(results, "--name", "front", "--resume", "--add-trials", "4")  # past the random draws
    assert ended.returncode == 0, ended.stdout + ended.stderr
    trials = pd.read_parquet(results / "front" / "trials.parquet")
    assert trials["trial"].tolist() == list(range(7))
    both = trials["best/val_accuracy_mnist_to_usps"] + trials["best/val_accuracy_usps_to_mnist"]
    pd.testing.assert_series_equal(trials["best/target_accuracy"], both / 2, check_names=False)


def test_a_search_is_enlarged_with_points_and_trials_of_another(results: Path, first: Path, tmp_path: Path) -> None:
    points = tmp_path / "points.yaml"
    points.write_text("- {w1: 50, wl: 5}\n")
    begun = search(
        results,
        *("--steps", "6", "--trials", "2", "--name", "enlarged", "--scheduler", "median", "--sampler", "gp"),
        *("--warm-start", str(first), "--points", str(points)),
    )
    assert begun.returncode == 0, begun.stdout + begun.stderr
    assert f"completed trials of {first} lie in the space and are known" in begun.stdout
    for more, wanted in ((["--add-trials", "1"], 3), ([], 3)):
        ended = search(results, "--name", "enlarged", "--resume", *more)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        trials = pd.read_parquet(results / "enlarged" / "trials.parquet")
        assert trials["trial"].tolist() == list(range(wanted))
        assert trials["config/w1"].tolist()[:2] == [20.0, 50.0]
        assert yaml.safe_load((results / "enlarged" / "search.yaml").read_text())["search"]["trials"] == wanted


def test_trials_of_several_seeds_are_ranked_by_their_means(results: Path) -> None:
    ended = search(results, "--steps", "4", "--trials", "2", "--repeats", "2", "--name", "repeated")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "2 trials of 2 seeds of up to 4 steps" in ended.stdout
    assert "validation accuracy at each trial's best report, means over 2 seeds" in ended.stdout
    assert "whose model is that of the first of 2 seeds" in ended.stdout
    folder = results / "repeated"
    trials, history = pd.read_parquet(folder / "trials.parquet"), pd.read_parquet(folder / "history.parquet")
    assert (history["target_accuracy_std"] >= 0).all()
    config = (folder / "best_config.yaml").read_text()
    assert "# means over 2 seeds; settings, model and round trips are of the first\n" in config
    best = trials.loc[trials["best/target_accuracy"].idxmax()]
    assert yaml.safe_load(config)["seed"] == best["seed"] == best["config/seed"]


def test_a_confirmation_that_is_stopped_goes_on_with_more_seeds_and_opens_the_test_sets_once(
    first: Path, tmp_path: Path
) -> None:
    arguments = ["-m", "lstnet_search", "confirm", str(first), "--top", "2", "--steps", "120"]
    interrupted = [sys.executable, *arguments, "--seeds", "1"]
    code, printed = run_until(interrupted, ".*step +10/120", stop=signal.SIGINT)
    assert code == 130, printed
    assert f"go on with: python -m lstnet_search confirm {first} --top 2 --steps 120 --seeds 1" in printed
    assert not (first / "test_openings.jsonl").exists()

    printed = run(*arguments, "--seeds", "2").stdout
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
    assert found["sentence"] in printed
    assert found["seeds"] == table["seed"].tolist()[:2]
    trained = pd.read_parquet(first / "confirmation" / "trials.parquet")
    assert trained["state"].tolist() == ["COMPLETE"] * 2 * len(confirmed)  # none twice
    history = pd.read_parquet(first / "confirmation" / "history.parquet")
    assert not history.duplicated(["trial", "step"]).any()
    assert not [name for name in history.columns if "val_" in name or "test_" in name]

    best = first / "best_config.yaml"
    assert f"# confirmed: {found['sentence']}\n" in best.read_text()
    trained_again = module(
        "train", "--config", str(best), "--steps", "2", "--test", "--output", str(tmp_path / "model")
    )
    assert (
        "the test sets are opened, the 2nd time for this study\ntest_accuracy_mnist_to_usps: " in trained_again.stdout
    )
    assert len((first / "test_openings.jsonl").read_text().splitlines()) == 2
