"""`train`, on a few images."""

import json
from pathlib import Path
from typing import cast

import pytest
import torch
from commands import exit_code
from few_images import prepare_few
from rich.console import Console
from safetensors.torch import load_file

from lstnet_search.cli.single_training import SingleTraining
from lstnet_search.config import TrialConfig
from lstnet_search.errors import InputError
from lstnet_search.evaluation import ClassifierSettings, EvaluatedTraining, Prepared, adapt
from lstnet_search.models import Translator
from lstnet_search.results.export.winner import read_remarks, write_winner
from lstnet_search.results.study.records import ReportRecord

CPU = torch.device("cpu")
TINY = TrialConfig(
    data="bundled",
    width=1 / 64,
    batch_size=8,
    steps=3,
    reports=3,
    learning_rate=1e-3,
    batch_norm_momentum=0.1,
    classifier_steps=10,
)
BEST_STEP = 2


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare_few(tmp_path_factory.mktemp("classifiers"))


@pytest.fixture(autouse=True)
def no_reading(few: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstnet_search.cli.single_training.prepare", lambda *arguments: few)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.fixture(scope="module")
def exported(few: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The best model of a search, which is the state after step 2 of 3."""
    return write_best(EvaluatedTraining(TINY, few, "both", CPU), few, tmp_path_factory.mktemp("search"))


def write_best(training: EvaluatedTraining, few: Prepared, folder: Path) -> Path:
    report = next(report for report in training if report.step == BEST_STEP)
    checkpoint, exported = folder / "checkpoint", folder / "exported"
    checkpoint.mkdir()
    training.save(checkpoint)
    exported.mkdir()
    write_winner(
        TINY,
        ReportRecord(report.step, report.seconds, report.metrics),
        checkpoint,
        few,
        config_file=exported / "best_config.yaml",
        model=exported / "best_model",
        pictures=exported / "translations.png",
        remarks=["trial 4 of search x", "best by target_accuracy: 9 %"],
        adapted=adapt(
            cast(Translator, report.evaluated), few.train, ClassifierSettings.of(TINY), TINY.seed, folder / "cache"
        ),
    )
    return exported


def about(model: Path) -> dict[str, object]:
    return json.loads(model.read_text())["about"]  # type: ignore[no-any-return]


def same_model(one: Path, two: Path) -> bool:
    tensors, others = load_file(one), load_file(two)
    return tensors.keys() == others.keys() and all(torch.equal(tensors[name], others[name]) for name in tensors)


def test_the_best_model_of_a_search_is_trained_again_up_to_its_best_step(
    exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "again"
    assert exit_code("train", "--config", exported / "best_config.yaml", "--output", output) == 0
    assert same_model(output / "model.safetensors", exported / "best_model.safetensors")
    assert about(output / "model.json")["step"] == BEST_STEP
    remarks = read_remarks(output / "config.yaml")
    assert remarks[0] == "trial 4 of search x, trained again"
    chosen, searched, last = (remark.partition(": ") for remark in remarks[1:4])
    assert chosen[0] == "state after step 2, the best step in the search"
    assert searched[0] == "the search's model after step 2"
    assert chosen[2] == searched[2]
    assert last[0] == "last state, after step 3"
    printed = capsys.readouterr().out
    assert "step 3/3" in printed
    assert all(remark in printed for remark in remarks[1:4])


@pytest.mark.parametrize("options", [("--steps", "1"), ("--seed", "5")])
def test_with_other_settings_the_last_state_is_the_model(
    exported: Path, tmp_path: Path, options: tuple[str, str]
) -> None:
    output = tmp_path / "other"
    assert exit_code("train", "--config", exported / "best_config.yaml", *options, "--output", output) == 0
    assert read_remarks(output / "config.yaml")[0] == "last state of one training"
    assert about(output / "model.json")["step"] == (1 if "--steps" in options else 3)


def test_a_diverged_training_leaves_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = TINY.override({"w1": 1e39}, "test")  # infinite in float32
    config = tmp_path / "config.yaml"
    config.write_text(json.dumps(settings.model_dump(mode="json")))
    assert exit_code("train", "--config", config, "--output", tmp_path / "model") == 1
    assert "failed: diverged at step" in capsys.readouterr().out
    assert not (tmp_path / "model").exists()


def test_an_interrupted_training_leaves_no_folder(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(training: SingleTraining, line: str) -> None:
        if (tmp_path / "model").exists():
            raise KeyboardInterrupt

    monkeypatch.setattr(SingleTraining, "_say", interrupt)
    assert exit_code("train", "--config", exported / "best_config.yaml", "--output", tmp_path / "model") == 130
    assert not (tmp_path / "model").exists()


def test_the_folder_of_another_training_is_left_alone(tmp_path: Path) -> None:
    output = tmp_path / "model"
    training = SingleTraining(TINY, tmp_path, Console(quiet=True), None)
    output.mkdir()
    (output / "model.json").touch()
    with pytest.raises(InputError, match="exists already"):
        training.run(output, test=False, searched=None)
    assert (output / "model.json").exists()
