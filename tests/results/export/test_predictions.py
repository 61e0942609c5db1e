from io import BytesIO
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
import torch

from lstnet_search.domains import load, to_unit_range
from lstnet_search.domains.formats.opening import find_images
from lstnet_search.domains.sets.bundled import BUNDLED
from lstnet_search.results.export.image_job import ImageJob
from lstnet_search.results.export.model import TrainedModel, read_model
from lstnet_search.results.export.predictions import write_predictions


@pytest.fixture
def usps(tmp_path: Path) -> Path:
    """The first hundred training images, as a file in the bundled format."""
    pq.write_table(pq.read_table(BUNDLED / "usps.parquet").slice(0, 100), tmp_path / "usps.parquet")
    return tmp_path / "usps.parquet"


def predictions(model: TrainedModel, images: Path, batch_size: int) -> pd.DataFrame:
    buffer = BytesIO()
    write_predictions(buffer, ImageJob.open(model, find_images(images), batch_size=batch_size), "adapted")
    return pd.read_parquet(buffer)


def test_each_row_holds_the_label_of_an_image_and_the_probabilities_of_all_classes(winner: Path, usps: Path) -> None:
    model = read_model(winner / "best_model")
    table = predictions(model, usps, 256)
    columns = [f"probability_{label}" for label in range(10)]
    assert list(table) == ["image", "label", "confidence", *columns]
    assert table["image"].tolist() == [str(row) for row in range(100)]
    images = to_unit_range(load("usps", "bundled", Path("nowhere"), "train").images[:100])
    expected = model.probabilities(images, 1)
    torch.testing.assert_close(torch.tensor(table[columns].to_numpy()), expected)
    assert table["label"].tolist() == expected.argmax(1).tolist()
    assert table["confidence"].tolist() == table[columns].max(axis=1).tolist()
    assert table["label"].nunique() > 1


def test_predictions_do_not_depend_on_the_batch_size(winner: Path, usps: Path) -> None:
    model = read_model(winner / "best_model")
    pd.testing.assert_frame_equal(predictions(model, usps, 7), predictions(model, usps, 100), rtol=1e-4, atol=1e-6)
