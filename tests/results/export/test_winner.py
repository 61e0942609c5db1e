"""A winner of a search in which one domain has no labels."""

import json
from copy import deepcopy
from pathlib import Path
from typing import cast

import pytest
import torch
import yaml

from lstnet_search.config import TrialConfig
from lstnet_search.domains import Domain, DomainPair, load
from lstnet_search.domains.domain import ReadAs
from lstnet_search.evaluation import ClassifierSettings, EvaluatedTraining, adapt, prepare_pair
from lstnet_search.models import Translator
from lstnet_search.results.export.model import read_model
from lstnet_search.results.export.winner import add_confirmation, read_remarks, write_config, write_winner
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.records import ReportRecord

CPU = torch.device("cpu")
SCANS = ReadAs(1, (40, 30), "crop")
TINY = TrialConfig(data="bundled", width=1 / 64, batch_size=8, steps=1, reports=1, classifier_steps=10)


def test_a_confirmation_is_written_whatever_seed_was_best(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path)
    write_config(folder.best_config_file, TINY.model_copy(update={"seed": 7}), ["trial 4", "confirmed: an earlier one"])
    add_confirmation(folder, TINY, ["confirmed: 90 %"])
    assert read_remarks(folder.best_config_file) == ["trial 4", "confirmed: 90 %"]
    assert yaml.safe_load(folder.best_config_file.read_text())["seed"] == 7
    add_confirmation(folder, TINY.model_copy(update={"w1": 5.0}), ["confirmed: another"])
    assert read_remarks(folder.best_config_file) == ["trial 4", "confirmed: 90 %"]


CUDA = pytest.param(
    torch.device("cuda"),
    marks=[pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")],
)


@pytest.mark.parametrize("device", [CPU, CUDA])
def test_a_winner_without_labels_in_one_domain_is_written_completely(tmp_path: Path, device: torch.device) -> None:
    mnist, usps = (
        load(name, "bundled", Path("nowhere"), "train").take(torch.arange(200)) for name in ("mnist", "usps")
    )
    pair = DomainPair(mnist, Domain("usps", usps.images, None, read_as=SCANS))
    prepared = prepare_pair(pair, TINY, device, tmp_path / "cache")
    training = EvaluatedTraining(TINY, prepared, "both", device)
    report = next(training)
    checkpoint = tmp_path / "checkpoint"
    checkpoint.mkdir()
    training.save(checkpoint)
    (tmp_path / "config.yaml").write_text(
        f"# trial 0\n# confirmed: before\n{yaml.safe_dump(TINY.model_dump(mode='json'))}"
    )
    network = deepcopy(cast(Translator, report.evaluated)).to(CPU)
    measured = write_winner(
        TINY,
        ReportRecord(report.step, report.seconds, report.metrics),
        checkpoint,
        prepared,
        config_file=tmp_path / "config.yaml",
        model=tmp_path / "model",
        pictures=tmp_path / "translations.png",
        remarks=["trial 0 of search x"],
        adapted=adapt(network, prepared.to(CPU).train, ClassifierSettings.of(TINY), 0, tmp_path / "cache"),
    )
    assert set(measured) == {"round_trip_accuracy_mnist"}  # USPS has no labels to measure readers by
    assert yaml.safe_load((tmp_path / "config.yaml").read_text())["width"] == TINY.width
    assert read_remarks(tmp_path / "config.yaml")[::-1][:1] == ["confirmed: before"]
    model = read_model(tmp_path / "model")
    assert model.classifiers[1] is None
    assert model.read_as == (None, SCANS)
    assert model.adapted[0] is None  # it would need labels of USPS
    assert model.adapted[1] is not None
    about = json.loads((tmp_path / "model.json").read_text())["about"]
    assert about["validation_metrics"]["infomax"] == report.metrics["infomax"]
    assert "val_accuracy_mnist_to_usps" not in about["validation_metrics"]
    assert (tmp_path / "translations.png").stat().st_size > 5000
