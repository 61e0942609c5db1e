import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lstnet_search.io.parquet_limits import check_cells


def test_a_small_file_that_claims_many_cells_is_refused() -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"a": pa.nulls(3_000_000, pa.int8())}), buffer)
    size = buffer.getbuffer().nbytes
    metadata = pq.ParquetFile(buffer).metadata
    with pytest.raises(ValueError, match="it claims 3000000 cells"):
        check_cells(metadata, size, 1)
    check_cells(metadata, size, 2_000_000 // size + 1)  # allowed: what the bytes can hold, plus a million
