"""A table of labels that a model gives a user's images."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import pyarrow as pa

from lstnet_search.domains.user_images.reader import ImageBatch
from lstnet_search.results.export.model import TrainedModel
from lstnet_search.results.export.tables import write_tables


def write_predictions(file: BinaryIO, model: TrainedModel, source: int, batches: Iterable[ImageBatch]) -> None:
    """Write a Parquet file with a row an image.

    Its columns are `image`, the name; `label`, the likeliest class; `confidence`, its
    probability; `probability_0` … of all classes; and, where classes have names, `class`, the likeliest one's.

    Args:
        file: to write into.
        model: what labels.
        source: the domain that the images are of, 0 or 1.
        batches: the images.

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
            probabilities = model.probabilities(batch.images, source)
            confidence, label = probabilities.max(1)
            values = [batch.names, label.numpy(), confidence.numpy(), *probabilities.T.numpy()]
            if names is not None:
                values.append([names[each] for each in label.tolist()])
            yield pa.table(dict(zip(schema.names, values, strict=True)), schema=schema)

    write_tables(file, schema, tables())
