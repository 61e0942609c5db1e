"""`train` refuses bad options and wrong images with one message and exit code 2."""

from pathlib import Path

import numpy as np
import pytest
from commands import refused
from numpy.typing import NDArray


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
    assert message in refused(capsys, "train", *arguments)


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
        (20, 0, 9, "have shape 1x20x20; mnist has 1x28x28"),
        (28, 0, 10, "lie between 10 and 10; allowed are 0 to 9"),
        (28, 255, 9, "dark digits on a bright background"),
    ],
)
def test_images_that_are_not_mnists_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], side: int, background: int, label: int, message: str
) -> None:
    images = np.full((60_000, side, side), background, np.uint8)
    images[:, 8:12, 8:12] = 255 - background
    write_mnist(tmp_path / "MNIST" / "raw", images, np.full(60_000, label, np.uint8))
    arguments = ["train", "--preset", "cpu", "--data-dir", tmp_path, "--output", tmp_path / "model"]
    error = refused(capsys, *arguments, out="reading mnist and usps (full)\n")
    assert f"of mnist (train, full, in {tmp_path}) " in error
    assert message in error
    assert not (tmp_path / "model").exists()
