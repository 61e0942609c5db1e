"""Reading the tables of a results folder: whatever is wrong with one is told in one message."""

from collections.abc import Collection
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from lstnet_search.errors import InputError, show
from lstnet_search.io.parquet_limits import check_cells
from lstnet_search.io.safe_read import read_regular
from lstnet_search.results.formatting import STATES

_CELLS_A_BYTE = 200
"""Of a table at most: our own have less than ten, and a file made to fill the memory has millions."""
_LARGEST = 1e100
"""Greater numbers are of no use; they stand for infinity, and are read as missing."""

_WHOLE = ("trial", "step", "steps", "seed")
_NUMBERS = ("seconds", "peak_memory_mb")


def read_trials(path: Path) -> pd.DataFrame:
    """`trials.parquet`.

    Raises:
        InputError: if it is missing, damaged, or no such table.
    """
    table = _read(path, {"trial", "state", "steps", "seconds"})
    _refuse(path, bool(table["trial"].duplicated().any()), "column 'trial' holds a trial twice")
    _refuse(path, not table["state"].isin(list(STATES)).all(), f"column 'state' must hold one of {', '.join(STATES)}")
    return table


def read_history(path: Path) -> pd.DataFrame:
    """`history.parquet`.

    Raises:
        InputError: if it is missing, damaged, or no such table.
    """
    return _read(path, {"trial", "step", "seconds"}, all_numbers=True)


def read_confirmation(path: Path) -> pd.DataFrame:
    """`confirmation.parquet`.

    Raises:
        InputError: if it is missing, damaged, or no such table.
    """
    return _read(path, {"candidate", "trial", "seed", "steps", "target_accuracy"}, may_lack=("trial",))


def _read(
    path: Path, needed: Collection[str], all_numbers: bool = False, may_lack: Collection[str] = ()
) -> pd.DataFrame:
    try:
        content = read_regular(path)  # once: a running search puts another file in its place, and pandas opens it again
        with pq.ParquetFile(BytesIO(content)) as file:
            check_cells(file.metadata, len(content), _CELLS_A_BYTE)
        table = pd.read_parquet(BytesIO(content))
    except Exception as error:  # of a damaged file or its metadata, pyarrow and pandas raise anything
        raise InputError(f"cannot read {path}: {' '.join(str(error).split()) or type(error).__name__}") from None
    names = [str(name) for name in table.columns]
    _refuse(path, len(set(names)) < len(names), "a column is there twice")
    missing = sorted(set(needed) - set(names))
    _refuse(path, bool(missing), f"it has no column {', '.join(map(repr, missing))}")
    table = table.reset_index(drop=True)
    table.columns = pd.Index(names)
    for name in names:
        if name in _WHOLE:
            _check_whole(path, table[name], name in may_lack)
        elif all_numbers or name in _NUMBERS or name.startswith(("best/", "last/", "test_accuracy_", "target_")):
            table[name] = _finite(path, table[name])
    return table


def _check_whole(path: Path, column: "pd.Series[Any]", may_lack: bool) -> None:
    known = column.dropna()
    right = not len(known) or (pd.api.types.is_integer_dtype(known) and known.between(0, 2**53).all())
    if may_lack and pd.api.types.is_float_dtype(known):  # as pandas reads whole numbers beside missing ones
        right = bool(((known % 1 == 0) & known.between(0, 2**53)).all())
    _refuse(path, not right, f"column {column.name!r} must hold whole numbers from 0, and holds {show(column.dtype)}")
    _refuse(path, len(known) < len(column) and not may_lack, f"column {column.name!r} lacks values")


def _finite(path: Path, column: "pd.Series[Any]") -> "pd.Series[Any]":
    if column.isna().all():
        return column.astype("float64") if len(column) else column
    right = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    right = right and not pd.api.types.is_complex_dtype(column)
    _refuse(path, not right, f"column {show(column.name)} must hold numbers, and holds {show(str(column.dtype))}")
    values = column.to_numpy(dtype="float64", na_value=np.nan)
    return column.mask(np.abs(np.nan_to_num(values, nan=0.0)) > _LARGEST) if len(values) else column


def _refuse(path: Path, wrong: bool, what: str) -> None:
    if wrong:
        raise InputError(f"{path} is no such table as this tool writes: {what}; restore the file")
