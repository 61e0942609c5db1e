"""`predict`, `translate` and `export` on a folder of the user's own images."""

import json
import re
import shutil
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from commands import exit_code
from packings import PACKINGS, Packing, Part
from PIL import Image

from lstnet_search.domains import load, to_bytes, to_unit_range
from lstnet_search.domains.formats.opening import find_images
from lstnet_search.domains.sets.bundled import BUNDLED
from lstnet_search.domains.user_images.decoding import content_of, decode
from lstnet_search.results.export.model import TrainedModel, read_model


@pytest.fixture(scope="module")
def model(winner: Path) -> TrainedModel:
    return read_model(winner / "best_model")


@pytest.fixture(scope="module")
def digits() -> torch.Tensor:
    """Six images of MNIST, uint8, (6, 28, 28)."""
    return load("mnist", "bundled", Path("nowhere"), "train").images[:6, 0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, digits: torch.Tensor) -> Path:
    """The digits as files of several formats in nested folders, a damaged image and a text file."""
    made = tmp_path_factory.mktemp("images")
    (made / "more" / "deep").mkdir(parents=True)
    for name, digit in zip(("a.png", "b.bmp", "more/c.png", "more/deep/d.PNG"), digits.numpy(), strict=False):
        Image.fromarray(digit).save(made / name)
    Image.fromarray(digits[4].numpy()).convert("RGBA").save(made / "e.png")
    Image.fromarray(digits[5].numpy().astype(np.uint16) * 257).save(made / "f.png")
    (made / "broken.jpg").write_bytes(b"\xff\xd8\xff no more")
    (made / "notes.txt").write_text("no image")
    return made


NAMES = ["a.png", "b.bmp", "e.png", "f.png", "more/c.png", "more/deep/d.PNG"]
ORDER = [0, 1, 4, 5, 2, 3]


def test_what_was_exported_labels_a_folder_on_its_own(
    winner: Path,
    model: TrainedModel,
    folder: Path,
    digits: torch.Tensor,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    exported, output = tmp_path / "exported", tmp_path / "predictions.parquet"
    assert exit_code("export", winner, "--to", exported) == 0
    capsys.readouterr()
    assert exit_code("predict", "--model", exported, "--input", folder, "--output", output, "--batch-size", "4") == 0
    captured = capsys.readouterr()
    assert captured.out == f"mnist_to_usps: labelled 6 of 7 images by reader {model.readers(0)[0]}: {output}\n"
    assert "1 of 7 images cannot be read and are left out: broken.jpg (" in captured.err
    assert "1 of 6 images were in colour and were averaged to grey" in captured.err
    assert "resized" not in captured.err
    table = pd.read_parquet(output)
    assert table["image"].tolist() == NAMES
    expected = model.probabilities(to_unit_range(digits[ORDER].unsqueeze(1)), 0)
    assert table["confidence"].tolist() == pytest.approx(expected.amax(1).tolist(), abs=1e-5)
    assert table["label"].tolist() == expected.argmax(1).tolist()


@pytest.fixture(scope="module")
def with_names(winner: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The winner's model, as if its classes had names."""
    folder = tmp_path_factory.mktemp("named")
    shutil.copy(winner / "best_model.safetensors", folder)
    about = json.loads((winner / "best_model.json").read_text())
    about["about"]["classes"] = CLASSES
    (folder / "best_model.json").write_text(json.dumps(about))
    return folder


CLASSES = [f"class {name}" for name in "abcdefghij"]


@pytest.mark.parametrize("packing", PACKINGS, ids=lambda packing: packing.__name__)
def test_images_in_every_format_get_the_same_labels_one_by_one_and_together(
    with_names: Path,
    model: TrainedModel,
    digits: torch.Tensor,
    tmp_path: Path,
    packing: Packing,
    capsys: pytest.CaptureFixture[str],
) -> None:
    parts = {"train": Part(digits[:4].numpy(), np.arange(4)), "test": Part(digits[4:].numpy(), np.arange(2))}
    (tmp_path / "set").mkdir()
    place = packing(tmp_path / "set", parts)
    tables = []
    for batch_size in ("1", "6"):
        output = tmp_path / f"{batch_size}.parquet"
        command = ("predict", "--model", with_names, "--input", place, "--output", output, "--batch-size", batch_size)
        assert exit_code(*command) == 0
        captured = capsys.readouterr()
        assert "mnist_to_usps: labelled 6 of 6 images" in captured.out
        (counts,) = re.findall(r"note: labels given: (.*)\n", captured.err)
        tables.append(pd.read_parquet(output))
    single, together = tables
    assert single["label"].equals(together["label"])
    assert np.allclose(single["confidence"], together["confidence"], atol=1e-5)
    assert together["image"].is_unique
    assert together["class"].tolist() == [CLASSES[label] for label in together["label"]]
    assert np.allclose(together.filter(like="probability_").sum(axis=1), 1, atol=1e-5)
    found = together["class"].value_counts().sort_index()
    assert counts == ", ".join(f"{name}: {count}" for name, count in found.items())
    labels = model.probabilities(to_unit_range(digits.unsqueeze(1)), 0).argmax(1).tolist()
    expected = {image.numpy().tobytes(): label for image, label in zip(digits, labels, strict=True)}
    pixels = [decode(content_of(file)).values.numpy().tobytes() for file in find_images(place)]
    assert together["label"].tolist() == [expected[each] for each in pixels]


def test_translations_have_the_names_of_their_images(
    winner: Path,
    model: TrainedModel,
    folder: Path,
    digits: torch.Tensor,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "translated"
    output.mkdir()  # an empty folder may exist
    assert exit_code("translate", "--model", winner, "--input", folder, "--output", output) == 0
    assert capsys.readouterr().out == f"mnist_to_usps: translated 6 of 7 images: {output}\n"
    names = ["a.png", "b.png", "e.png", "f.png", "more/c.png", "more/deep/d.png"]
    assert sorted(str(path.relative_to(output)) for path in output.rglob("*.*")) == names
    expected = to_bytes(model.translate(to_unit_range(digits[ORDER].unsqueeze(1)), 0))
    for name, image in zip(names, expected, strict=True):
        found = np.asarray(Image.open(output / name)).astype(int)
        assert found.shape == (16, 16)
        assert np.abs(found - image[0].numpy()).max() <= 1


def test_a_table_is_translated_to_a_table_that_keeps_its_labels(
    winner: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, output = tmp_path / "usps.parquet", tmp_path / "as_mnist.parquet"
    pq.write_table(pq.read_table(BUNDLED / "usps.parquet").slice(7286, 10), given)
    assert exit_code("translate", "--model", winner, "--input", given, "--output", output, "--batch-size", "3") == 0
    assert capsys.readouterr().out == f"usps_to_mnist: translated 10 of 10 images: {output}\n"
    before, after = pq.read_table(given), pq.read_table(output)
    assert after.column_names == ["image", "name", "label", "split"]
    assert after["name"].to_pylist() == [str(row) for row in range(10)]
    assert after.select(["label", "split"]).equals(before.select(["label", "split"]))
    assert Image.open(BytesIO(after["image"][0].as_py())).size == (28, 28)
    assert exit_code("predict", "--model", winner, "--input", output, "--output", tmp_path / "p.parquet") == 0
    assert capsys.readouterr().out.startswith("mnist_to_usps: labelled 10 of 10")


@pytest.mark.parametrize("command", ["predict", "translate"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"--model": "nothing"}, "nothing has no model (best_model.json or model.json)"),
        ({"--direction": "usps"}, "--direction usps must be one of mnist_to_usps, usps_to_mnist"),
        ({"--input": "nowhere"}, "--input nowhere does not exist"),
        ({"--input": "empty"}, "--input empty holds no images"),
        ({"--input": "no.parquet"}, "--input no.parquet has x (int64); it must have one column 'image' (binary)"),
        ({"--input": "odd"}, "the images have the shape 1x20x20, which does not identify their domain"),
        (
            {"--input": "bad", "--direction": "mnist_to_usps"},
            "none of the 1 images in bad can be read: x.png (not an image",
        ),
        ({"--output": "no/such/folder.parquet"}, "no/such is not a writable folder"),
        ({"--output": "no.parquet"}, "no.parquet exists already; choose another --output"),
        ({"--batch-size": "0"}, "Invalid value for '--batch-size'"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(
    winner: Path,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    change: dict[str, str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("empty", "odd", "bad"):
        Path(name).mkdir()
    Image.new("L", (20, 20)).save("odd/x.png")
    Path("bad/x.png").write_bytes(b"no image")
    pq.write_table(pa.table({"x": [1]}), "no.parquet")
    before = sorted(tmp_path.rglob("*"))
    options = {"--model": str(winner), "--input": str(folder), "--output": "out.parquet"} | change
    assert exit_code(command, *(part for option in options.items() for part in option)) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predict", "--output", "out.csv"], "--output out.csv must end in .parquet"),
        (["translate", "--output", "."], ". exists already; choose another --output"),
    ],
)
def test_an_output_of_another_kind_is_refused(
    winner: Path,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.txt").touch()
    assert exit_code(*arguments, "--model", winner, "--input", folder) == 2
    assert message in capsys.readouterr().err


def test_onnx_of_a_folder_without_a_model_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("export", tmp_path, "--to", tmp_path / "out", "--format", "onnx") == 2
    assert "has no model" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
