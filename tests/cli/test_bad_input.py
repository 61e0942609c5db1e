"""Bad input ends with one message on stderr and exit code 2, with nothing trained or written."""

from pathlib import Path

import numpy as np
import pytest
from commands import exit_code
from numpy.typing import NDArray

from lstnet_search.config import PRESETS, Space
from lstnet_search.config.search import SearchConfig
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.records import ReportRecord, TrialRecord


@pytest.fixture
def space(tmp_path: Path) -> Path:
    return tmp_path / "space.yaml"


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str], out: str = "") -> str:
    assert exit_code(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == out
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    return captured.err


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
    space: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, message: str
) -> None:
    space.write_text(content)
    error = refused(["search", "--space", str(space), "--results-dir", str(tmp_path / "results")], capsys)
    assert message in error
    assert not (tmp_path / "results").exists()


def test_a_missing_space_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--space" in refused(["search", "--space", str(tmp_path / "none.yaml")], capsys)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--trials", "0"], "trials=0 must be >= 1"),
        (["--repeats", "0"], "repeats=0 must be >= 1"),
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
        (["--data-dir", "no-such-folder"], "--data-dir no-such-folder is no folder"),
        (["--nonsense"], "No such option: --nonsense"),
        (["--trials", "many"], "Invalid value for '--trials'"),
        (["--preset", "huge"], "Invalid value for '--preset'"),
        (["--add-trials", "3"], "--add-trials enlarges a search that was begun"),
        (["--add-trials", "0", "--resume", "--name", "x"], "--add-trials 0 must be at least 1"),
        (["--add-trials", "3", "--resume", "--name", "x", "--trials", "9"], "--trials and --add-trials exclude"),
        (["--warm-start", "no-such-folder"], "no-such-folder is not a results folder"),
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
        (["--scheduler", "pbt", "--space", "search_spaces/optimizer.yaml"], "only weights change during a training"),
        (["--sampler", "gp", "--space", "search_spaces/architecture.yaml"], "--sampler gp cannot learn about w1, wl"),
        (["--method", "magic"], "Invalid value for '--method'"),
        (
            ["--method", "no_translation", "--trials", "2"],
            "no_translation has one trial, for it has nothing to search",
        ),
        (["--method", "no_translation", "--steps", "5"], "steps=5 must be one of 1; in the options"),
        (["--method", "no_translation", "--space", "search_spaces/unit.yaml"], "unknown setting 'gan1'"),
        (["--method", "unit", "--space", "search_spaces/tied.yaml"], "unknown setting 'w3' in search_spaces/tied.yaml"),
        (["--space", "search_spaces/unit.yaml"], "unknown setting 'gan1' in search_spaces/unit.yaml; allowed: w1, w2"),
        (["--method", "unit", "--scheduler", "pbt"], "--scheduler pbt changes weights of lstnet alone"),
        (["--domains", "mnist", "letters"], "unknown domain 'letters'; allowed: mnist, usps, svhn, fashion, textured"),
        (["--domains", "mnist", "mnist"], "both domains are 'mnist'; they must differ"),
        (["--domains", "mnist", "folder:nowhere"], "folder:nowhere is no folder"),
        (["--domains", "mnist", "textured", "--direction", "usps_to_mnist"], "mnist_to_textured, textured_to_mnist"),
    ],
)
def test_a_bad_option_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    results = tmp_path / "results"
    error = refused(["search", "--preset", "cpu", "--results-dir", str(results), *arguments], capsys)
    assert message in error
    assert not results.exists()


def test_a_results_folder_that_exists_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old").mkdir()
    error = refused(["search", "--preset", "cpu", "--results-dir", str(tmp_path), "--name", "old"], capsys)
    assert "exists already" in error
    assert not list((tmp_path / "old").iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "none.yaml"], "none.yaml"),
        (["--config", "x.yaml", "--preset", "cpu"], "exclude each other"),
        (["--preset", "cpu", "--output", "."], "exists already"),
    ],
)
def test_bad_options_of_train_are_refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert message in refused(["train", *arguments], capsys)


@pytest.mark.parametrize("command", ["ablate", "confirm", "export", "status"])
def test_a_folder_that_is_no_results_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    extra = ["--to", str(tmp_path / "out")] if command == "export" else []
    assert "is not a results folder" in refused([command, str(tmp_path), *extra], capsys)
    assert not (tmp_path / "out").exists()


def test_a_search_without_a_winner_is_not_ablated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "search.yaml").write_text("format_version: 1\n")
    assert "has no best_config.yaml yet" in refused(["ablate", str(tmp_path)], capsys)


def study(folder: Path, fingerprint: str = "x-y") -> Path:
    """A study of the bundled images with one trial."""
    base = PRESETS["cpu"].trial
    space = Space.parse({"w1": {"type": "uniform", "low": 1, "high": 100}}, "mine.yaml")
    search = SearchConfig(preset="cpu", trial=base, trials=1, space_file="mine.yaml", space=space)
    results = ResultsFolder(folder)
    recorded = {"search": search.model_dump(mode="json"), "data_dir": "data", "data_fingerprint": fingerprint}
    results.write_search(recorded)
    report = ReportRecord(30, 1.0, {"target_accuracy": 0.5})
    results.write_tables([TrialRecord(0, "COMPLETE", base.model_dump(mode="json"), [report])], "target_accuracy")
    return folder


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--top", "0"], "--top 0 must be from 1 to 1000000"),
        (["--seeds", "0"], "--seeds 0 must be from 1 to 1000"),
        (["--steps", "0"], "--steps 0 must be from 1 to 1000000000000"),
        (["--data-dir", "."], "was searched on the bundled images; leave --data-dir out"),
        (["--simulate-gpus", "0"], "--simulate-gpus 0 must be at least 1"),
        (["--gpus-per-trial", "2"], "a trial trains on one GPU"),
        (["--gpus", "99"], "--gpus 99 is more than the"),
        (["--time-budget", "soon"], "--time-budget soon must be at least a second"),
        ([], "was begun on data of fingerprint x-y, this is 7ee24d0469573fcc-d5ae87e18772035a; give the same data by"),
    ],
)
def test_bad_options_of_confirm_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    folder = study(tmp_path)
    before = sorted(folder.rglob("*"))
    assert message in refused(["confirm", str(folder), *arguments], capsys)
    assert sorted(folder.rglob("*")) == before


def test_a_study_without_trials_is_not_confirmed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (study(tmp_path) / "trials.parquet").unlink()
    assert "has no trials yet" in refused(["confirm", str(tmp_path)], capsys)


def test_a_study_that_is_searched_is_not_confirmed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = study(tmp_path, "7ee24d0469573fcc-d5ae87e18772035a")
    with ResultsFolder(folder).held():
        assert "a search is running in" in refused(["confirm", str(folder)], capsys)


def write_mnist(raw: Path, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
    """MNIST's four files, training and test images alike."""
    raw.mkdir(parents=True)
    for part in ("train", "t10k"):
        for kind, values in (("images-idx3", images), ("labels-idx1", labels)):
            shape = b"".join(length.to_bytes(4, "big") for length in values.shape)
            header = bytes([0, 0, 8, values.ndim]) + shape
            (raw / f"{part}-{kind}-ubyte").write_bytes(header + values.tobytes())


@pytest.mark.parametrize(
    ("side", "background", "label", "message"),
    [
        (20, 0, 9, "have shape 1x20x20; mnist is 1x28x28"),
        (28, 0, 10, "lie between 10 and 10; allowed are 0 to 9"),
        (28, 255, 9, "so dark digits on a bright background"),
    ],
)
def test_images_that_are_not_mnists_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], side: int, background: int, label: int, message: str
) -> None:
    images = np.full((60_000, side, side), background, np.uint8)
    images[:, 8:12, 8:12] = 255 - background
    write_mnist(tmp_path / "MNIST" / "raw", images, np.full(60_000, label, np.uint8))
    arguments = ["train", "--preset", "cpu", "--data-dir", str(tmp_path), "--output", str(tmp_path / "model")]
    error = refused(arguments, capsys, out="reading mnist and usps (full)\n")
    assert f"of mnist (train, full, in {tmp_path}) " in error
    assert message in error
    assert not (tmp_path / "model").exists()
