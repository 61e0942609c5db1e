"""`data`: sets are verified, described, and written as folders that can be read back."""

from pathlib import Path

import pytest
import torch
from commands import exit_code
from PIL import Image

from lstnet_search.domains import load


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
    train, test = (load(f"folder:{mine}", "bundled", tmp_path, part) for part in ("train", "test"))  # type: ignore[arg-type]
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
