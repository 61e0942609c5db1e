"""A table of the labels that a model gives to a user's images."""

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from lstnet_search.results.export.image_job import ImageJob
from lstnet_search.results.export.model import TrainedModel
from lstnet_search.results.export.tables import write_tables


def write_predictions(file: BinaryIO, job: ImageJob, reader: str) -> dict[str, int]:
    """Write a Parquet file with one row per image; `predictions_schema` names its columns.

    Args:
        file: File to write into.
        job: The model and the images.
        reader: One of the model's readers.

    Returns:
        How many images got each label, by the class's name; only classes that any image got.

    Raises:
        InputError: if the model cannot label such images.
    """
    counts: Counter[int] = Counter()

    def counted() -> Iterator[pa.Table]:
        for table in prediction_tables(job, reader):
            counts.update(table["label"].to_pylist())
            yield table

    write_tables(file, predictions_schema(job.model), counted())
    return {job.model.class_names[label]: counts[label] for label in sorted(counts)}


def predictions_schema(model: TrainedModel) -> pa.Schema:
    """The columns of a table of predictions.

    They are `image` (the name), `label` (the most probable class), `confidence` (its probability),
    `probability_0` … for all classes, and `class` (the name of the most probable class) if classes have names.
    """
    columns = [("image", pa.string()), ("label", pa.int64()), ("confidence", pa.float32())]
    columns += [(f"probability_{label}", pa.float32()) for label in range(model.classes)]
    return pa.schema(columns + ([("class", pa.string())] if model.about.get("classes") is not None else []))


def prediction_tables(job: ImageJob, reader: str) -> Iterator[pa.Table]:
    """The predictions for images, one table per batch; see `write_predictions`."""
    schema, names = predictions_schema(job.model), job.model.about.get("classes")
    for batch in job.batches():
        probabilities = job.model.probabilities(batch.images, job.source, reader)
        confidence, label = probabilities.max(1)
        values = [batch.names, label.numpy(), confidence.numpy(), *probabilities.T.numpy()]
        if names is not None:
            values.append([names[each] for each in label.tolist()])
        yield pa.table(dict(zip(schema.names, values, strict=True)), schema=schema)
