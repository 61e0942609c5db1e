import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lstnet_search.config import TrialConfig
from lstnet_search.domains.domain import ReadAs
from lstnet_search.errors import InputError
from lstnet_search.models import ImageShape
from lstnet_search.results.export.model import TrainedModel, build_networks, find_model, read_model, write_model

SHAPES = (ImageShape(1, 28), ImageShape(1, 16))


def test_a_model_comes_back_without_the_classifier_that_it_does_not_have(tmp_path: Path) -> None:
    config = TrialConfig(width=1 / 64)
    translator, (classifier, _) = build_networks(config, SHAPES, 10)
    write_model(tmp_path / "m", TrainedModel(config, SHAPES, 10, translator, (classifier, None), {"step": 3}))
    model = read_model(tmp_path / "m")
    images = torch.zeros(2, 1, 28, 28)
    assert torch.equal(model.translator.translate(images, 0), translator.translate(images, 0))
    assert model.classifiers[0] is not None
    assert torch.equal(model.classifiers[0](images), classifier(images))
    assert model.classifiers[1] is None
    assert model.about == {"step": 3}


@pytest.fixture
def model() -> TrainedModel:
    """An untrained model without a classifier of USPS."""
    config = TrialConfig(width=1 / 64)
    translator, (classifier, _) = build_networks(config, SHAPES, 10)
    return TrainedModel(config, SHAPES, 10, translator, (classifier, None), {})


@pytest.mark.parametrize(
    ("direction", "shape", "source"),
    [
        ("mnist_to_usps", None, 0),
        ("usps_to_mnist", (1, 28, 28), 1),
        (None, (1, 28, 28), 0),
        (None, (3, 16, 16), 1),
    ],
)
def test_the_source_is_given_or_found_by_the_size(
    model: TrainedModel, direction: str | None, shape: tuple[int, int, int] | None, source: int
) -> None:
    assert model.source_of(direction, shape) == source


def test_domains_of_one_size_are_distinguished_by_their_channels() -> None:
    shapes = ImageShape(1, 32), ImageShape(3, 32)
    config = TrialConfig(width=1 / 64)
    translator, classifiers = build_networks(config, shapes, 10)
    model = TrainedModel(config, shapes, 10, translator, classifiers, {})
    assert model.source_of(None, (3, 32, 32)) == 1


@pytest.mark.parametrize(
    ("direction", "shape", "message"),
    [
        ("usps", (1, 16, 16), "--direction usps must be one of mnist_to_usps, usps_to_mnist"),
        (None, None, "the images differ in size, which does not identify their domain"),
        (
            None,
            (1, 28, 20),
            r"have the shape 1x28x20, .*: the model expects 1x28x28 \(mnist\) and 1x16x16 \(usps\); "
            "give --direction mnist_to_usps or --direction usps_to_mnist",
        ),
    ],
)
def test_a_source_that_cannot_be_found_has_to_be_given(
    model: TrainedModel, direction: str | None, shape: tuple[int, int, int] | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        model.source_of(direction, shape)


def test_a_domain_without_a_classifier_labels_nothing(model: TrainedModel) -> None:
    images = torch.zeros(1, 1, 28, 28)
    assert model.translate(images, 0).shape == (1, 1, 16, 16)
    with pytest.raises(InputError, match="no classifier of usps, which had no labels, so mnist_to_usps gives images"):
        model.probabilities(images, 0)


def test_probabilities_are_those_of_the_translated_images(model: TrainedModel) -> None:
    images = torch.rand(3, 1, 16, 16, generator=torch.Generator().manual_seed(0)) * 2 - 1
    classifier = model.classifiers[0]
    assert classifier is not None
    expected = classifier(model.translator.translate(images, 1)).softmax(1)
    torch.testing.assert_close(model.probabilities(images, 1), expected)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"has no model \(best_model\.json or model\.json\); give the folder of a search"
    ):
        find_model(tmp_path)


@pytest.mark.parametrize("name", ["best_model", "model"])
def test_the_model_of_a_search_and_of_a_training_are_found(tmp_path: Path, name: str, model: TrainedModel) -> None:
    write_model(tmp_path / name, model)
    assert find_model(tmp_path) == tmp_path / name


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format_version": 9}, "has format_version 9; this version reads 1"),
        ({"classes": 7}, "does not fit its safetensors file"),
        ({"shapes": None}, "does not fit its safetensors file"),
        ({"shapes": [[1, 28]]}, "does not fit its safetensors file"),
        ({"about": None}, "does not fit its safetensors file"),
        ({"about": {"remarks": 5}}, r"does not fit its safetensors file \(about\.remarks is 5\)"),
        ({"about": {"remarks": ["\ud800"]}}, "cannot read the model .* surrogates not allowed"),
        ({"about": {"classes": ["\ud800"] * 10}}, "cannot read the model .* surrogates not allowed"),
        ({"config": {"width": -1}}, "width=-1 must be > 0"),
    ],
)
def test_a_model_that_cannot_be_used_is_refused(
    tmp_path: Path, model: TrainedModel, change: dict[str, object], message: str
) -> None:
    write_model(tmp_path / "m", model)
    header = json.loads((tmp_path / "m.json").read_text())
    (tmp_path / "m.json").write_text(json.dumps(header | change))
    with pytest.raises(InputError, match=message):
        read_model(tmp_path / "m")


@pytest.mark.parametrize("sources", [(0, 1), (1,)])
def test_a_model_with_its_own_labeller_comes_back_and_does_not_translate(
    tmp_path: Path, sources: tuple[int, ...]
) -> None:
    config = TrialConfig.parse({"method": "deepjdot", "width": 1 / 8, "pool_stride": 2}, "test")
    network, classifiers = build_networks(config, SHAPES, 10, sources)
    write_model(tmp_path / "model", TrainedModel(config, SHAPES, 10, network, classifiers, {}))
    model = read_model(tmp_path / "model")
    images = torch.rand(3, SHAPES[1].channels, SHAPES[1].side, SHAPES[1].side) * 2 - 1
    expected = network.label(images, 1)[1].softmax(1)  # type: ignore[operator]
    torch.testing.assert_close(model.probabilities(images, 1), expected)
    with pytest.raises(
        InputError, match=r"the model was trained by deepjdot, which does not translate images, .* use predict"
    ):
        model.translate(images, 1)
    if sources == (1,):
        with pytest.raises(InputError, match=r"trained for usps_to_mnist only, so it cannot label images of mnist"):
            model.refuse_unlabelled(0)


def test_a_model_moves_to_a_device_with_all_its_networks() -> None:
    config = TrialConfig(width=1 / 64)
    network, classifiers = build_networks(config, SHAPES, 10)
    _, adapted = build_networks(config, SHAPES, 10)
    model = TrainedModel(config, SHAPES, 10, network, classifiers, {}, adapted).to(torch.device("meta"))
    networks = (model.network, *model.classifiers, *model.adapted)
    assert {parameter.device.type for each in networks if each for parameter in each.parameters()} == {"meta"}


@pytest.mark.parametrize(
    ("translated", "adapted", "expected"), [(0.9, 0.8, "translated"), (0.8, 0.9, "adapted"), (None, None, "adapted")]
)
def test_the_best_reader_on_validation_images_is_the_default(
    translated: float | None, adapted: float | None, expected: str
) -> None:
    config = TrialConfig(width=1 / 64)
    network, classifiers = build_networks(config, SHAPES, 10)
    name = "val_accuracy_mnist_to_usps"
    measured = {name: translated, f"adapted/{name}": adapted, f"both/{name}": translated}
    metrics = {key: value for key, value in measured.items() if value is not None}
    model = TrainedModel(config, SHAPES, 10, network, classifiers, {"validation_metrics": metrics}, classifiers)
    assert model.reader(0, None) == expected
    assert model.reader(0, "both") == "both"
    with pytest.raises(InputError, match=r"--reader best must be one of .*; leave it out, or choose one"):
        model.reader(0, "best")


PHOTOS = ReadAs(3, (480, 640), "crop", 255)
SCANS = ReadAs(1, None)


@pytest.mark.parametrize(
    ("images", "shape", "expected"),
    [
        ((PHOTOS, SCANS), (3, 480, 640), 0),
        ((PHOTOS, SCANS), (1, 16, 16), 1),  # the size that they were brought to
        ((PHOTOS, SCANS), None, 1),  # images of different sizes
        ((PHOTOS, replace(PHOTOS, channels=1)), (1, 480, 640), 1),
        ((None, replace(SCANS, size=(20, 20))), (1, 20, 20), 1),
    ],
)
def test_the_domain_of_images_is_found_by_what_they_were_before_they_were_resized(
    winner: Path, images: tuple[ReadAs | None, ReadAs | None], shape: tuple[int, int, int] | None, expected: int
) -> None:
    model = read_model(winner / "best_model")
    about = model.about | {"images": [None if each is None else each.as_dict() for each in images]}
    assert replace(model, about=about).source_of(None, shape) == expected


def test_how_images_were_read_is_stored_and_a_wrong_description_is_refused(winner: Path, tmp_path: Path) -> None:
    model = read_model(winner / "best_model")
    write_model(tmp_path / "model", replace(model, about=model.about | {"images": [PHOTOS.as_dict(), None]}))
    read = read_model(tmp_path / "model")
    assert read.read_as == (PHOTOS, None)
    both = model.about | {"images": [None, replace(SCANS, size=(28, 28)).as_dict()]}
    with pytest.raises(InputError, match="which does not identify their domain"):  # mnist has that size, too
        replace(model, about=both).source_of(None, (1, 28, 28))
    with pytest.raises(InputError, match=r"the images differ in size, .* \(mnist had 640x480 before that") as raised:
        read.source_of(None, None)
    assert "--direction" in str(raised.value)
    write_model(tmp_path / "model", replace(model, about=model.about | {"images": [{"fit": "squeeze"}, None]}))
    with pytest.raises(InputError, match="does not fit its safetensors file"):
        read_model(tmp_path / "model")
