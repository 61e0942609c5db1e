"""Labels for a user's images, from a model that a search found."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from lstnet_search.config.readers import Reader
from lstnet_search.config.reading import Role
from lstnet_search.domains.formats.given import GivenImages
from lstnet_search.domains.formats.opening import find_images
from lstnet_search.results.export.image_job import ImageJob
from lstnet_search.results.export.model import open_model
from lstnet_search.results.export.predictions import prediction_tables


def predict(
    model: str | Path,
    images: str | Path | NDArray[np.generic],
    *,
    direction: str | None = None,
    reader: Reader | None = None,
    columns: Mapping[Role, str] | None = None,
    batch_size: int | None = None,
) -> pd.DataFrame:
    """Label images of one domain with a model, as the command `predict` does.

    Warnings say what the user should know about the images, such as files that cannot be read.

    Args:
        model: Results folder of a search or a training, a folder that `export` made, or the name of a study.
        images: A folder, a zip file, a Parquet file or another file of images, a pattern of file names, or an array:
            (N, H, W), (N, H, W, C) or (N, C, H, W) with C = 1 or 3, whole numbers from 0 to 255 or other numbers
            from 0 to 1 or -1 to 1.
        direction: `mnist_to_usps` if the images are like those of MNIST; None to determine it from their size.
        reader: How images are labelled: `translated`, `adapted` or `both`; None for the best on validation images.
        columns: Columns of a table, such as `{"image": "picture"}`.
        batch_size: How many images to read and process at once.

    Returns:
        One row per image: `image` (its name), `label` (the most probable class), `confidence` (its probability in
        [0, 1]), `probability_0` … for all classes, and `class` (the name of the class) if classes have names.

    Raises:
        InputError: if the model or the images cannot be used, or the size of the images does not tell their domain.
    """
    found = open_model(Path(model))
    source = (
        GivenImages(images)
        if isinstance(images, np.ndarray)
        else find_images(images, dict(columns) if columns else None, option="")
    )
    job = ImageJob.open(found, source, direction, batch_size)
    tables: list[Any] = [*prediction_tables(job, found.reader(job.source, reader))]
    for remark in job.remarks():
        warnings.warn(remark, stacklevel=2)
    table: pd.DataFrame = pa.concat_tables(tables).to_pandas()
    return table
