"""`search` refuses bad input with one message and exit code 2, before it trains or writes anything."""

from pathlib import Path

import pytest
from commands import refused
from contexts import search_config

from lstnet_search.results.folder.folder import ResultsFolder


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("w9: 3\n", "unknown setting 'w9'"),
        ("w3: -1.0\n", "w3=-1.0 must be >= 0"),
        ("w3: .nan\n", "w3=nan must be a finite number"),
        ("w1: {type: uniform, low: 5, high: 2}\n", "low=5 must be < high=2"),
        ("w1: {type: loguniform, low: 0, high: 2}\n", "must be > 0"),
        ("", "is empty or not a mapping"),
        ("w1: [\n", "is not YAML"),
        ("w3: 100\n", "searches nothing"),
        ("w1: {type: loguniform, low: 100, high: 1000}\n", "widen the range"),
    ],
)
def test_a_bad_space_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, message: str
) -> None:
    space = tmp_path / "space.yaml"
    space.write_text(content)
    assert message in refused(capsys, "search", "--space", space, "--results-dir", tmp_path / "results")
    assert not (tmp_path / "results").exists()


def test_a_missing_space_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "none.yaml"
    message = f"--space {missing} is neither a file nor one of architecture, cogan, deepjdot,"
    assert message in refused(capsys, "search", "--space", missing)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--trials", "0"], "trials=0 must be >= 1"),
        (["--seeds", "0"], "seeds=0 must be >= 1"),
        (["--seeds", "7"], "--seeds 7 is more than the 6 trials, and each seed takes one; raise --trials or lower"),
        (["--method", "no_translation", "--seeds", "2"], "no_translation trains nothing, so every seed gives the same"),
        (["--scheduler", "pbt", "--trials", "8", "--seeds", "2"], "does not go with --seeds 2: its trials change"),
        (["--repeats", "2"], "--repeats 2 is now --seeds 2: each training is a trial of its own"),
        (["--steps", "0"], "steps=0 must be >= 1"),
        (["--name", "a/b"], "'a/b' must be 1 to 100 letters"),
        (["--gpus", "99"], "--gpus 99 is more than the"),
        (["--cpus", "0"], "--cpus 0 must be at least 1"),
        (["--simulate-gpus", "0"], "--simulate-gpus 0 must be at least 1"),
        (["--gpus-per-trial", "2"], "a trial trains on one GPU"),
        (["--direction", "up"], "--direction up must be one of both, pareto, mnist_to_usps, usps_to_mnist"),
        (["--select-by", "luck"], "--select-by luck must be one of target_accuracy, neg_entropy, infomax, bnm"),
        (
            ["--direction", "pareto", "--select-by", "snd"],
            "--select-by snd must be target_accuracy with --direction pareto, which has its own objectives; "
            "leave it out, or choose another --direction",
        ),
        (["--select-by", "loss_cc1"], "--select-by loss_cc1 must be one of target_accuracy"),
        (["--time-budget", "soon"], "--time-budget soon must be at least a second"),
        (["--seed", "-1"], "seed=-1 must be >= 0"),
        (["--resume"], "--resume needs the --name"),
        (["--resume", "--name", "nothing"], "is not a results folder"),
        (["--bundled", "--data-dir", "."], "exclude each other"),
        (["--data-dir", "no-such-folder"], "--data-dir no-such-folder is not a folder"),
        (["--nonsense"], "No such option: --nonsense"),
        (["--trials", "many"], "Invalid value for '--trials'"),
        (["--preset", "huge"], "Invalid value for '--preset'"),
        (["--add-trials", "3"], "--add-trials enlarges a study that exists"),
        (["--add-trials", "0", "--resume", "--name", "x"], "--add-trials 0 must be at least 1"),
        (["--add-trials", "3", "--resume", "--name", "x", "--trials", "9"], "--trials and --add-trials exclude"),
        (["--warm-start", "no-such-folder"], "neither no-such-folder nor "),
        (["--points", "no-such-file.yaml"], "cannot read the points file no-such-file.yaml"),
        (["--direction", "pareto", "--sampler", "cmaes"], "--sampler cmaes "),  # not installed, or refused
        (["--sampler", "bohb"], "Invalid value for '--sampler'"),
        (["--scheduler", "bohb"], "Invalid value for '--scheduler'"),
        (
            ["--scheduler", "pbt", "--sampler", "tpe"],
            "--scheduler pbt does not go with --sampler tpe",
        ),
        (["--deterministic", "--scheduler", "median"], "leave it out with --deterministic"),
        (["--scheduler", "pb2", "--direction", "pareto"], "--scheduler pb2 does not go with --direction pareto"),
        (["--scheduler", "pbt", "--space", "search_spaces/weights.yaml"], "--scheduler pbt cannot search w3"),
        (["--scheduler", "pbt", "--space", "search_spaces/optimizer.yaml"], "only weights can change during training"),
        (["--sampler", "gp", "--space", "search_spaces/architecture.yaml"], "--sampler gp cannot learn about w1, wl"),
        (["--method", "magic"], "Invalid value for '--method'"),
        (
            ["--method", "no_translation", "--trials", "2"],
            "no_translation has nothing to search and only one trial",
        ),
        (["--method", "no_translation", "--steps", "5"], "steps=5 must be one of 1; in the options"),
        (["--method", "no_translation", "--space", "search_spaces/unit.yaml"], "unknown setting 'gan1'"),
        (["--method", "unit", "--space", "search_spaces/tied.yaml"], "unknown setting 'w3' in search_spaces/tied.yaml"),
        (["--space", "search_spaces/unit.yaml"], "unknown setting 'gan1' in search_spaces/unit.yaml; allowed: w1, w2"),
        (["--method", "unit", "--scheduler", "pbt"], "--scheduler pbt changes only the weights of lstnet"),
        (
            ["--domains", "mnist", "letters"],
            "unknown domain 'letters'; allowed: mnist, usps, digits, svhn",
        ),
        (["--domains", "mnist", "mnist"], "both domains are called 'mnist'; their names must differ"),
        (["--domains", "mnist", "folder:nowhere"], "folder:nowhere is not a folder"),
        (["--domains", "mnist", "textured", "--direction", "usps_to_mnist"], "mnist_to_textured, textured_to_mnist"),
    ],
)
def test_a_bad_option_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    results = tmp_path / "results"
    error = refused(capsys, "search", "--preset", "cpu", "--results-dir", results, *arguments)
    assert message in error
    assert not results.exists()


def test_a_results_folder_that_exists_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old").mkdir()
    error = refused(capsys, "search", "--preset", "cpu", "--results-dir", tmp_path, "--name", "old")
    assert "exists already" in error
    assert not list((tmp_path / "old").iterdir())


def test_a_search_is_not_resumed_with_another_method(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recorded = {"search": search_config().model_dump(mode="json"), "data_dir": "data", "data_fingerprint": "x-y"}
    ResultsFolder(tmp_path / "mine").create(recorded)
    options = ("--name", "mine", "--results-dir", tmp_path, "--resume")
    assert "--method unit: the search trains lstnet" in refused(capsys, "search", *options, "--method", "unit")
