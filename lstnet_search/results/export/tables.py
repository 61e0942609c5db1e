"""Parquet files that are longer than memory."""

from collections.abc import Iterable
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

_ROWS = 16_384


def write_tables(file: BinaryIO, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    """Write tables one below the other, a few thousand rows at a time.

    Args:
        file: to write into.
        schema: of each table.
        tables: any number of them.
    """
    waiting: list[pa.Table] = []
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for table in tables:
            waiting.append(table)
            if sum(map(len, waiting)) >= _ROWS:
                writer.write_table(pa.concat_tables(waiting))
                waiting = []
        if waiting:
            writer.write_table(pa.concat_tables(waiting))
