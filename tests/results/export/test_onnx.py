"""The exported files give the same results in onnxruntime as the model in PyTorch."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from commands import exit_code
from PIL import Image

from lstnet_search.config.reading import Fit
from lstnet_search.domains import load, split, to_unit_range
from lstnet_search.domains.formats.opening import find_images
from lstnet_search.domains.user_images.reader import ImageReader
from lstnet_search.domains.user_images.tally import Target
from lstnet_search.errors import InputError
from lstnet_search.results.export import onnx as onnx_files
from lstnet_search.results.export.model import TrainedModel, read_model, write_model
from lstnet_search.results.export.onnx import export_onnx

FILES = ["mnist_to_usps.onnx", "usps_to_mnist-adapted.onnx", "usps_to_mnist.onnx"]


@pytest.fixture(scope="module")
def model(winner: Path) -> TrainedModel:
    """A winner without a classifier of USPS."""
    whole = read_model(winner / "best_model")
    return replace(whole, classifiers=(whole.classifiers[0], None), adapted=(None, whole.adapted[1]))


@pytest.fixture(scope="module")
def exported(model: TrainedModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `export --format onnx` makes, which takes several seconds."""
    folder = tmp_path_factory.mktemp("onnx")
    write_model(folder / "model", model)
    target = folder / "made" / "model"
    assert exit_code("export", folder, "--to", target, "--format", "onnx") == 0
    assert sorted(path.name for path in target.iterdir()) == ["README.md", *FILES]
    return target


def test_onnxruntime_gives_the_same_labels_and_images_as_pytorch(model: TrainedModel, exported: Path) -> None:
    usps = load(model.config.domains[1], "bundled", Path("nowhere"), "train").take(torch.arange(1500))
    _, validation = split(usps, model.config.validation_fraction, model.config.split_seed)
    images = to_unit_range(validation.images[:100])
    for file, reader in (("usps_to_mnist.onnx", "translated"), ("usps_to_mnist-adapted.onnx", "adapted")):
        session = onnxruntime.InferenceSession(exported / file)
        for count in (100, 1):  # any number of images
            *translated, probabilities = map(torch.from_numpy, session.run(None, {"images": images[:count].numpy()}))
            expected = model.probabilities(images[:count], 1, reader)
            assert torch.equal(probabilities.argmax(1), expected.argmax(1))
            assert (probabilities - expected).abs().max() < 1e-4
            assert all((each - model.translate(images[:count], 1)).abs().max() < 1e-4 for each in translated)
            assert len(translated) == (reader == "translated")
            if count == 100:
                assert len(expected.argmax(1).unique()) > 1


def test_without_a_classifier_of_the_target_a_file_gives_images_alone(model: TrainedModel, exported: Path) -> None:
    images = torch.rand(3, 1, 28, 28) * 2 - 1
    session = onnxruntime.InferenceSession(exported / "mnist_to_usps.onnx")
    (translated,) = session.run(None, {"images": images.numpy()})
    assert (torch.from_numpy(translated) - model.translate(images, 0)).abs().max() < 1e-4


def test_a_file_and_the_readme_say_what_it_takes_and_gives(exported: Path) -> None:
    file = onnx.load(exported / "mnist_to_usps.onnx")
    assert {each.key: each.value for each in file.metadata_props} == {
        "direction": "mnist_to_usps",
        "source_domain": "mnist",
        "target_domain": "usps",
        "source_shape": json.dumps([1, 28, 28]),
        "target_shape": json.dumps([1, 16, 16]),
        "pixel_range": "[-1, 1]",
        "classes": "10",
        "class_names": json.dumps(list("0123456789")),
        "squares": "stretch",
        "resizing": "bilinear along an axis that grows, by area along one that shrinks",
        "grey": "the mean of the three channels; grey images are repeated in RGB",
        "transparent_pixels": "0",
    }
    readme = (exported / "README.md").read_text()
    assert "- trial 0 of search x\n" in readme
    assert "| `mnist_to_usps.onnx` | `images` (N, 1, 28, 28) of mnist | `translated` |" in readme
    assert (
        "| `usps_to_mnist.onnx` | `images` (N, 1, 16, 16) of usps | `translated`, `probabilities` (N, 10) |" in readme
    )


def test_the_example_of_the_readme_labels_a_photograph_as_predict_does(
    model: TrainedModel, exported: Path, tmp_path: Path
) -> None:
    gradient = np.linspace(0, 255, 40 * 24 * 3).reshape(40, 24, 3).astype(np.uint8)
    Image.fromarray(gradient).save(tmp_path / "image.png")
    for file in FILES:
        shutil.copy(exported / file, tmp_path)
    program = (exported / "README.md").read_text().split("```python\n")[1].split("```")[0]
    done = subprocess.run(
        [sys.executable, "-c", program + "\nnumpy.save('seen', images)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    (batch,) = ImageReader(find_images(tmp_path / "image.png"), Target(1, 16), 1)
    assert (
        np.abs(np.load(tmp_path / "seen.npy") - batch.images.numpy()).max() < 0.05
    )  # Pillow weighs pixels that lie half in a window
    assert done.stdout.strip() == str(int(model.probabilities(batch.images, 1, "translated").argmax()))


@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_the_example_makes_squares_and_grounds_as_training_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fit: Fit, mode: str
) -> None:
    """The images have their final size along one axis, so that no resizing blurs the comparison."""
    random = np.random.default_rng(0)
    shape = (16, 21) if fit == "crop" else (11, 16) if fit == "pad" else (16, 16)
    values = random.integers(0, 255, (*shape, len(mode)), np.uint8)
    Image.fromarray(values[..., 0] if mode == "L" else values, mode).save(tmp_path / "image.png")
    monkeypatch.chdir(tmp_path)
    about = {"source_shape": "[3, 16, 16]", "squares": fit, "transparent_pixels": "255"}
    names: dict[str, Any] = {"json": json, "numpy": np, "Image": Image, "about": about}
    exec(onnx_files.EXAMPLE[onnx_files.EXAMPLE.index("channels, ") :], names)
    (batch,) = ImageReader(find_images(tmp_path / "image.png"), Target(3, 16, fit, 255), 1)
    assert np.abs(names["images"] - batch.images.numpy()).max() < 0.01


def test_a_missing_package_is_named_with_the_way_to_get_it(
    model: TrainedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_files, "PACKAGES", ("onnx", "no_such_package"))
    message = r"needs the packages .*; not installed: no_such_package; pip install 'lstnet-search\[onnx\]'"
    with pytest.raises(InputError, match=message):
        export_onnx(model, tmp_path / "out")
    assert not list(tmp_path.iterdir())
