"""Reads the tables of a results folder. Anything wrong with a table gives one message."""

from collections.abc import Collection
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from lstnet_search.errors import InputError, one_line, show
from lstnet_search.io.parquet_limits import check_cells
from lstnet_search.io.safe_read import read_regular
from lstnet_search.results.formatting import STATES

_CELLS_PER_BYTE = 200
"""The most cells per byte of a table. Ours have fewer than ten; a file made to exhaust the memory has millions."""
_LARGEST = 1e100
"""Numbers above this bound are useless. Like infinity, they are read as missing."""

_INTEGERS = ("trial", "step", "steps", "seed", "repeat_of", "seeds")
_NUMBERS = ("seconds", "peak_memory_mb")


def read_trials(path: Path) -> pd.DataFrame:
    """Read `trials.parquet`.

    Raises:
        InputError: if it is missing or damaged, or does not have the right columns.
    """
    table = _read(path, {"trial", "state", "steps", "seconds"}, may_lack=("repeat_of", "seeds"))
    _refuse(path, bool(table["trial"].duplicated().any()), "column 'trial' has duplicates")
    _refuse(path, not table["state"].isin(list(STATES)).all(), f"column 'state' must hold one of {', '.join(STATES)}")
    return table


def read_history(path: Path) -> pd.DataFrame:
    """Read `history.parquet`.

    Raises:
        InputError: if it is missing or damaged, or does not have the right columns.
    """
    return _read(path, {"trial", "step", "seconds"}, all_numbers=True)


def read_confirmation(path: Path) -> pd.DataFrame:
    """Read `confirmation.parquet`.

    Raises:
        InputError: if it is missing or damaged, or does not have the right columns.
    """
    return _read(path, {"candidate", "trial", "seed", "steps", "target_accuracy"}, may_lack=("trial",))


def _read(
    path: Path, needed: Collection[str], all_numbers: bool = False, may_lack: Collection[str] = ()
) -> pd.DataFrame:
    try:
        content = read_regular(path)  # read once, because a running search may replace the file
        with pq.ParquetFile(BytesIO(content)) as file:
            check_cells(file.metadata, len(content), _CELLS_PER_BYTE)
        table = pd.read_parquet(BytesIO(content))
    except Exception as error:  # a damaged file can make pyarrow and pandas raise anything
        raise InputError(f"cannot read {path}: {one_line(error)}") from None
    names = [str(name) for name in table.columns]
    _refuse(path, len(set(names)) < len(names), "a column occurs twice")
    missing = sorted(set(needed) - set(names))
    _refuse(path, bool(missing), f"it has no column {', '.join(map(repr, missing))}")
    table = table.reset_index(drop=True)
    table.columns = pd.Index(names)
    for name in names:
        if name in _INTEGERS:
            _check_integers(path, table[name], name in may_lack)
        elif (
            all_numbers
            or name in _NUMBERS
            or name.startswith(("best/", "last/", "test_accuracy_", "target_", "expected", "probability_"))
        ):
            table[name] = _finite(path, table[name])
    return table


def _check_integers(path: Path, column: "pd.Series[Any]", may_lack: bool) -> None:
    values = column.dropna()
    if may_lack and pd.api.types.is_float_dtype(values):  # missing values make pandas read integers as floats
        are_integers = bool((values % 1 == 0).all())
    else:
        are_integers = pd.api.types.is_integer_dtype(values)
    valid = values.empty or (are_integers and bool(values.between(0, 2**53).all()))
    _refuse(path, not valid, f"column {column.name!r} must hold whole numbers from 0, but holds {show(column.dtype)}")
    _refuse(path, len(values) < len(column) and not may_lack, f"column {column.name!r} has missing values")


def _finite(path: Path, column: "pd.Series[Any]") -> "pd.Series[Any]":
    if column.isna().all():
        return column.astype("float64") if len(column) else column
    types = pd.api.types
    valid = types.is_numeric_dtype(column) and not types.is_bool_dtype(column) and not types.is_complex_dtype(column)
    _refuse(path, not valid, f"column {show(column.name)} must hold numbers, but holds {show(str(column.dtype))}")
    values = column.to_numpy(dtype="float64", na_value=np.nan)
    return column.mask(np.abs(np.nan_to_num(values, nan=0.0)) > _LARGEST) if len(values) else column


def _refuse(path: Path, wrong: bool, what: str) -> None:
    if wrong:
        raise InputError(f"{path} is not a table that this tool writes: {what}; restore the file")
