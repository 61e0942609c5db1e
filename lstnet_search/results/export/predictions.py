"""A table of the labels that a model gives to a user's images."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import pyarrow as pa

from lstnet_search.domains.user_images.reader import ImageBatch
from lstnet_search.results.export.model import TrainedModel
from lstnet_search.results.export.tables import write_tables


def write_predictions(
    file: BinaryIO, model: TrainedModel, source: int, batches: Iterable[ImageBatch], reader: str
) -> None:
    """Write a Parquet file with one row per image.

    Its columns are `image` (the name), `label` (the most probable class), `confidence` (its probability),
    `probability_0` … for all classes, and `class` (the name of the most probable class) if classes have names.

    Args:
        file: File to write into.
        model: The model that labels the images.
        source: The domain of the images, 0 or 1.
        batches: The images.
        reader: One of the model's readers.

    Raises:
        InputError: if the model cannot label such images.
    """
    names = model.about.get("classes")
    columns = [f"probability_{label}" for label in range(model.classes)]
    schema = pa.schema(
        [("image", pa.string()), ("label", pa.int64()), ("confidence", pa.float32())]
        + [(name, pa.float32()) for name in columns]
        + ([] if names is None else [("class", pa.string())])
    )

    def tables() -> Iterator[pa.Table]:
        for batch in batches:
            probabilities = model.probabilities(batch.images, source, reader)
            confidence, label = probabilities.max(1)
            values = [batch.names, label.numpy(), confidence.numpy(), *probabilities.T.numpy()]
            if names is not None:
                values.append([names[each] for each in label.tolist()])
            yield pa.table(dict(zip(schema.names, values, strict=True)), schema=schema)

    write_tables(file, schema, tables())
