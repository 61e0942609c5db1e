"""Parquet files made to fill the memory: a few bytes may claim any number of rows."""

from pyarrow.parquet import FileMetaData

_SMALL = 1_000_000


def check_cells(metadata: FileMetaData, size: int, most: int) -> None:
    """Check that a file claims no more cells than one of its size may have; a million may be in any.

    Args:
        metadata: of the file.
        size: of the file, bytes.
        most: cells a byte.

    Raises:
        ValueError: if it claims more.
    """
    cells = metadata.num_rows * metadata.num_columns
    if cells > most * size + _SMALL:
        raise ValueError(f"it claims {cells} cells")
