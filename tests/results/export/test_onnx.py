"""The exported files do in onnxruntime what the model does in PyTorch."""

import json
from pathlib import Path

import onnx
import onnxruntime
import pytest
import torch
from commands import exit_code

from lstnet_search.domains import load, split, to_unit_range
from lstnet_search.errors import InputError
from lstnet_search.models.classifier import Classifier
from lstnet_search.results.export import onnx as onnx_files
from lstnet_search.results.export.model import TrainedModel, read_model
from lstnet_search.results.export.onnx import export_onnx

DIRECTIONS = ("mnist_to_usps", "usps_to_mnist")


@pytest.fixture(scope="module")
def model(winner: Path) -> TrainedModel:
    return read_model(winner / "best_model")


@pytest.fixture(scope="module")
def exported(winner: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("onnx") / "made" / "model"
    assert exit_code("export", winner, "--to", target, "--format", "onnx") == 0
    assert sorted(path.name for path in target.iterdir()) == ["README.md", *(f"{name}.onnx" for name in DIRECTIONS)]
    return target


@pytest.mark.parametrize("source", [0, 1])
def test_onnxruntime_gives_the_same_labels_and_images_for_100_validation_images(
    model: TrainedModel, exported: Path, source: int
) -> None:
    config = model.config
    whole = load(config.domains[source], "bundled", Path("nowhere"), "train").take(torch.arange(1500))
    _, validation = split(whole, config.validation_fraction, config.split_seed)
    images = to_unit_range(validation.images[:100])
    session = onnxruntime.InferenceSession(exported / f"{DIRECTIONS[source]}.onnx")
    for count in (100, 1):  # any number of images
        translated, probabilities = map(torch.from_numpy, session.run(None, {"images": images[:count].numpy()}))
        expected = model.probabilities(images[:count], source)
        assert torch.equal(probabilities.argmax(1), expected.argmax(1))
        assert (probabilities - expected).abs().max() < 1e-4
        assert (translated - model.translate(images[:count], source)).abs().max() < 1e-4
        if count == 100:
            assert len(expected.argmax(1).unique()) > 1


def test_a_file_says_what_it_takes_and_gives(exported: Path) -> None:
    file = onnx.load(exported / "mnist_to_usps.onnx")
    assert {each.key: each.value for each in file.metadata_props} == {
        "direction": "mnist_to_usps",
        "source_domain": "mnist",
        "target_domain": "usps",
        "source_shape": json.dumps([1, 28, 28]),
        "target_shape": json.dumps([1, 16, 16]),
        "pixel_range": "[-1, 1]",
        "classes": "10",
    }
    readme = (exported / "README.md").read_text()
    assert "- trial 0 of search x\n" in readme
    assert (
        "| `usps_to_mnist.onnx` | `images` (N, 1, 16, 16) of usps | `translated`, `probabilities` (N, 10) |" in readme
    )


def test_a_direction_without_a_classifier_gives_images_alone(model: TrainedModel, tmp_path: Path) -> None:
    kept = model.classifiers[0]
    assert isinstance(kept, Classifier)
    unlabelled = TrainedModel(model.config, model.shapes, model.classes, model.translator, (kept, None), {})
    export_onnx(unlabelled, tmp_path / "out")
    session = onnxruntime.InferenceSession(tmp_path / "out" / "mnist_to_usps.onnx")
    assert [each.name for each in session.get_outputs()] == ["translated"]


def test_a_missing_package_is_named_with_the_way_to_get_it(
    model: TrainedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_files, "PACKAGES", ("onnx", "no_such_package"))
    message = r"needs the packages .*; not installed: no_such_package; pip install 'lstnet-search\[onnx\]'"
    with pytest.raises(InputError, match=message):
        export_onnx(model, tmp_path / "out")
    assert not list(tmp_path.iterdir())
