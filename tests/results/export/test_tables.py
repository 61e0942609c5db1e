from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq

from lstnet_search.results.export.tables import write_tables

SCHEMA = pa.schema([("x", pa.int64())])


def test_small_tables_are_written_in_large_groups_and_in_order() -> None:
    file = BytesIO()
    write_tables(file, SCHEMA, (pa.table({"x": [number] * 1000}, schema=SCHEMA) for number in range(20)))
    assert pq.read_table(file)["x"].to_pylist() == [number for number in range(20) for _ in range(1000)]
    sizes = [pq.ParquetFile(file).metadata.row_group(group).num_rows for group in range(2)]
    assert sizes == [17_000, 3000]


def test_no_tables_make_a_file_without_rows() -> None:
    file = BytesIO()
    write_tables(file, SCHEMA, [])
    assert pq.read_table(file).schema == SCHEMA
