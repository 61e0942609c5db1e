"""`predict` in Python gives the labels that the command writes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import exit_code
from PIL import Image

from lstnet_search import InputError, load_study, predict
from lstnet_search.domains import load


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    """Six images of MNIST, uint8, (6, 28, 28)."""
    return load("mnist", "bundled", Path("nowhere"), "train").images[:6, 0].numpy()


@pytest.fixture
def folder(tmp_path: Path, digits: np.ndarray) -> Path:
    made = tmp_path / "images"
    made.mkdir()
    for row, digit in enumerate(digits):
        Image.fromarray(digit).save(made / f"{row}.png")
    return made


def test_labels_are_those_that_the_command_writes(winner: Path, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "labels.parquet"
    assert exit_code("predict", "--model", winner, "--input", folder, "--output", output, "--reader", "both") == 0
    pd.testing.assert_frame_equal(predict(winner, folder, reader="both"), pd.read_parquet(output))


def test_an_array_is_labelled_as_its_images_in_files_are(winner: Path, folder: Path, digits: np.ndarray) -> None:
    from_files, from_array = predict(winner, folder), predict(winner, digits)
    assert from_files["image"].tolist() == [f"{row}.png" for row in range(6)]
    assert from_array["image"].tolist() == list(map(str, range(6)))
    pd.testing.assert_frame_equal(from_array.drop(columns="image"), from_files.drop(columns="image"))
    with pytest.warns(UserWarning, match="pixels from 0 to 1 were multiplied by 255"):
        scaled = predict(winner, digits / 255, batch_size=4)
    assert scaled["label"].tolist() == from_array["label"].tolist()


def test_a_study_labels_with_its_own_model(winner: Path, digits: np.ndarray) -> None:
    labels = load_study(winner).predict(digits[:2], direction="mnist_to_usps")
    pd.testing.assert_frame_equal(labels, predict(winner, digits[:2]))


def test_a_damaged_image_is_said_by_a_warning(winner: Path, folder: Path) -> None:
    (folder / "broken.png").write_bytes(b"no image")
    with pytest.warns(UserWarning, match="1 of 7 images cannot be read and are left out: broken.png"):
        assert len(predict(winner, folder)) == 6


@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        (np.zeros((2, 9, 9), dtype=np.uint8), {}, "the images have the shape 1x9x9, which does not identify"),
        (np.zeros((0, 28, 28), dtype=np.uint8), {}, "an array of no images; give one or more"),
        (np.full((1, 28, 28), 300), {}, "pixels lie between 300 and 300"),
        (np.zeros(3, dtype=np.uint8), {}, "the array of images has the shape 3"),
        ("nowhere", {}, "^nowhere"),
        (np.zeros((1, 28, 28), dtype=np.uint8), {"direction": "up"}, "must be one of mnist_to_usps, usps_to_mnist"),
        (np.zeros((1, 28, 28), dtype=np.uint8), {"reader": "me"}, "must be one of"),
    ],
)
def test_bad_input_is_refused_with_one_line(
    winner: Path, images: np.ndarray | str, options: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message) as refused:
        predict(winner, images, **options)  # type: ignore[arg-type]  # wrong on purpose
    assert "\n" not in str(refused.value)
