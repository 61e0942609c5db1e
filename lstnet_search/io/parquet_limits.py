"""A limit on what a Parquet file may claim to hold: a few bytes can claim any number of rows and exhaust the memory."""

from pyarrow.parquet import FileMetaData

_ALWAYS_ALLOWED = 1_000_000


def check_cells(metadata: FileMetaData, size: int, cells_per_byte: int) -> None:
    """Check that a file claims no more cells than a file of its size can hold; a million cells are always allowed.

    Args:
        metadata: the file's metadata.
        size: the file's size, bytes.
        cells_per_byte: the largest plausible number of cells per byte.

    Raises:
        ValueError: if it claims more.
    """
    cells = metadata.num_rows * metadata.num_columns
    if cells > cells_per_byte * size + _ALWAYS_ALLOWED:
        raise ValueError(f"it claims {cells} cells")
