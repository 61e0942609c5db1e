"""`data`: sets are verified, described, and written as folders that can be read back."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from commands import exit_code
from image_files import draw, fill
from PIL import Image

from lstnet_search.domains import load
from lstnet_search.domains.domain import PARTS


def run(*arguments: str) -> int:
    return exit_code("data", *arguments)


def test_a_set_is_described_with_a_sheet_of_its_images(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "sheet.png"
    assert run("describe", "usps", "--part", "test", "--output", str(sheet)) == 0
    out = capsys.readouterr().out
    assert out.startswith("usps (test)\n2007 images of 16x16, grey\nclasses: 10 (0: 359, 1: 264,")
    assert "polarity: bright on dark" in out
    with Image.open(sheet) as image:
        assert image.size == (16 * 34 + 2, 10 * 34 + 2)
        usps = load("usps", "bundled", tmp_path, "test")
        assert usps.labels is not None
        first = usps.images[int((usps.labels == 0).nonzero()[0])]
        assert image.getpixel((2, 2)) == (int(first[0, 0, 0]),) * 3


def test_bundled_sets_are_verified(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", "mnist") == 0
    assert capsys.readouterr().out == (
        "mnist (train): 10000 images, the checksum is right\nmnist (test): 2000 images, the checksum is right\n"
    )


def test_what_is_bundled_whole_is_not_fetched(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("fetch", "usps") == 0
    assert "nothing to fetch" in capsys.readouterr().out


def test_a_folder_is_written_as_it_can_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    mine = tmp_path / "mine"
    assert run("folder", "textured", "--to", str(mine), "--count", "60", "--classes", "2") == 0
    assert capsys.readouterr().out == f"60 images of textured: {mine}\n"
    train, test = (load(f"folder:{mine}", "bundled", tmp_path, part) for part in PARTS)
    assert (len(train), len(test), train.class_names) == (48, 12, ("0", "1"))
    images = load("textured", "bundled", tmp_path, "train")
    assert images.labels is not None
    zeros = images.images[images.labels == 0][:30]
    assert train.labels is not None
    assert all((zeros == image).all(dim=(1, 2, 3)).any() for image in train.images[train.labels == 0])
    assert torch.equal(train.images, load(f"folder:{mine}", "bundled", tmp_path, "train").images)


def test_a_folder_without_classes_is_described_as_unlabelled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert run("folder", "mnist", "--to", str(tmp_path / "mine"), "--count", "50", "--unlabelled") == 0
    assert run("describe", f"folder:{tmp_path}/mine", "--output", str(tmp_path / "sheet.png")) == 0
    assert "mine (train)\n40 images of 28x28, grey\nclasses: unlabelled\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["describe", "letters"],
            "unknown domain 'letters'; allowed: mnist, usps, digits, svhn",
        ),
        (["describe", "folder:nowhere"], "folder:nowhere is not a folder"),
        (
            ["describe", "usps", "--part", "validation"],
            "Invalid value for '--part'",
        ),
        (["verify", "folder:tests"], "folder:tests is your own set, so there is no original"),
        (["fetch", "parquet:x"], "parquet:x is not a file"),
        (["verify", "svhn", "--bundled"], "svhn is not bundled; leave --bundled out"),
    ],
)
def test_bad_input_is_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    output = ["--output", str(tmp_path / "x.png")] if arguments[0] == "describe" else []
    assert run(*arguments, *output) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert message in captured.err
    assert captured.out == ""
    assert not list(tmp_path.iterdir())


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of images of two classes, in which commands run."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(fill(tmp_path / "photos", "a", "b", count=20))
    return tmp_path / "photos"


def test_a_sheet_is_never_written_into_the_set_and_replaces_an_earlier_one(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(photos.rglob("*"))
    for _ in range(2):
        assert run("describe", "photos=folder:.") == 0
        assert f"contact sheet: {tmp_path}/photos.png" in capsys.readouterr().out
    assert run("describe", "folder:.", "--output", "sheet.png") == 2
    assert "--output sheet.png lies in the set, where it would be taken for an image" in capsys.readouterr().err
    assert sorted(photos.rglob("*")) == before
    Image.new("L", (1, 1)).save(tmp_path / "photos.png")
    assert run("describe", "photos=folder:.") == 2
    assert "photos.png exists already; choose another --output" in capsys.readouterr().err


def test_options_change_how_images_are_read(photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draw(photos / "a" / "wide.png", size=(60, 28))
    sheet = str(tmp_path / "sheet.png")
    assert run("describe", "folder:.", "--side", "20", "--fit", "crop", "--output", sheet) == 0
    out = capsys.readouterr().out
    assert "33 images of 20x20, grey" in out
    assert "41 of 41 images were resized to 20x20 (40 of 28x28, 1 of 60x28), cropped to their middle" in out
    assert run("describe", "folder:.", "--side", "300", "--output", sheet) == 2
    assert "--side 300 must be a whole number from 8 to 256" in capsys.readouterr().err
    assert run("describe", "folder:.", "--columns", "image:x", "--output", sheet) == 2
    assert "--columns image:x does not say whose columns they are" in capsys.readouterr().err
    assert run("describe", "folder:.", "--columns", "picture=x", "--output", sheet) == 2
    assert "'picture=x' must be image=NAME, label=NAME or split=NAME" in capsys.readouterr().err


def test_any_format_is_converted_to_one_parquet_file(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "photos.parquet"
    assert run("convert", "folder:.", "--to", str(made)) == 0
    assert capsys.readouterr().out == f"40 images of folder:.: {made}\n"
    table = pq.read_table(made)
    assert table.column_names == ["image", "name", "label"]
    assert table["image"][0].as_py() == (photos / "a" / "00.png").read_bytes()
    specs = (f"parquet:{made}", f"folder:{photos}")
    domains = [load(spec, "full", tmp_path, part) for spec in specs for part in PARTS]
    assert [domain.fingerprint for domain in domains[:2]] == [domain.fingerprint for domain in domains[2:]]
    assert domains[0].class_names == ("a", "b")


def test_arrays_are_converted_with_their_parts(photos: Path, tmp_path: Path) -> None:
    pixels = np.arange(4 * 81, dtype=np.uint8).reshape(4, 9, 9)
    labels = np.array([0, 1, 0, 1])
    np.savez(tmp_path / "x.npz", x_train=pixels[:2], y_train=labels[:2], x_test=pixels[2:], y_test=labels[2:])
    assert run("convert", f"images:{tmp_path}/x.npz", "--to", str(tmp_path / "x.parquet")) == 0
    table = pq.read_table(tmp_path / "x.parquet")
    assert table["label"].to_pylist() == ["0", "1", "0", "1"]
    assert table["split"].to_pylist() == ["train", "train", "test", "test"]
    assert np.array_equal(np.asarray(Image.open(BytesIO(table["image"][3].as_py()))), pixels[3])


def test_what_cannot_be_converted_is_refused_and_nothing_is_written(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "a" / "x.png").write_bytes(b"no image")
    to = str(tmp_path / "x.parquet")
    for arguments, message in (
        (["mnist", "--to", to], "mnist is not the place of your own images"),
        (["folder:.", "--to", str(tmp_path / "x.csv")], "x.csv must end in .parquet"),
        (["folder:.", "--to", to], "1 of 41 images in folder:. cannot be read: a/x.png (not an image"),
    ):
        assert run("convert", *arguments) == 2
        assert message in capsys.readouterr().err
    assert not list(tmp_path.glob("x.*"))
    assert run("convert", "folder:.", "--to", to, "--skip-bad") == 0
    assert "note: 1 of 41 images cannot be read and are left out: a/x.png" in capsys.readouterr().err
