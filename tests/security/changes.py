"""Damages files in property tests: one value changed, bytes cut or overwritten, columns of other types."""

from copy import deepcopy
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

NUMBERS = st.one_of(
    st.integers(), st.integers(0, 5), st.floats(), st.floats(0, 1), st.sampled_from([10**400, -1, 2**31, 2**63, 1e308])
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=5), st.sampled_from(["../x", "<script>", "[/]"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def changed(draw: st.DrawFn, content: Any) -> Any:
    """Nested content with one value, at any depth, removed or replaced."""
    copy = deepcopy(content)
    parent = copy
    while True:
        key = draw(st.sampled_from(list(parent) if isinstance(parent, dict) else range(len(parent))))
        if isinstance(parent[key], dict | list) and parent[key] and draw(st.integers(0, 3)):
            parent = parent[key]
        else:
            break
    if draw(st.booleans()):
        del parent[key]
    else:
        parent[key] = draw(VALUES)
    return copy


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Bytes that are truncated, overwritten in one position, or replaced."""
    position = draw(st.integers(0, len(content)))
    match draw(st.sampled_from(["cut", "overwritten", "replaced"])):
        case "cut":
            return content[:position]
        case "overwritten":
            other = draw(st.binary(min_size=1, max_size=8))
            return content[:position] + other + content[position + len(other) :]
        case _:
            return draw(st.binary(max_size=200))


def column(kind: pa.DataType, values: st.SearchStrategy[Any], count: int) -> st.SearchStrategy[pa.Array]:
    """A column of one type."""
    cells = st.lists(st.none() | values, min_size=count, max_size=count)
    return cells.map(lambda cells: pa.array(cells, kind))


def columns(count: int) -> st.SearchStrategy[pa.Array]:
    """Columns of many types with `count` rows."""
    return st.one_of(
        column(pa.int64(), st.integers(-(2**63), 2**63 - 1) | st.integers(-1, 9), count),
        column(pa.uint64(), st.integers(0, 2**64 - 1), count),
        column(pa.float64(), st.floats(), count),
        column(pa.bool_(), st.booleans(), count),
        column(pa.string(), st.text(max_size=5) | st.sampled_from(["train", "test", "1"]), count),
        column(pa.binary(), st.binary(max_size=20), count),
        column(pa.list_(pa.int64()), st.lists(st.integers(0, 9), max_size=3), count),
        column(pa.timestamp("ns"), st.integers(-(2**63) + 1, 2**63 - 1), count),
        column(pa.date64(), st.integers(-(2**53), 2**53), count),
        column(pa.struct([("x", pa.int64())]), st.fixed_dictionaries({"x": st.integers(0, 9)}), count),
        column(pa.null(), st.none(), count),
        column(pa.string(), st.sampled_from(["a", "b"]), count).map(lambda cells: cells.dictionary_encode()),
    )


@st.composite
def table_changed(draw: st.DrawFn, table: pa.Table) -> pa.Table:
    """A table with a column left out, duplicated or of another type, or with other rows."""
    index = draw(st.integers(0, table.num_columns - 1))
    match draw(st.sampled_from(["left out", "twice", "other", "other", "other", "rows"])):
        case "left out":
            return table.remove_column(index)
        case "twice":
            return table.append_column(table.schema.field(index).name, table.column(index))
        case "rows":
            rows = draw(st.lists(st.integers(0, table.num_rows - 1), max_size=table.num_rows))
            return table.take(pa.array(rows, pa.int64()))
        case _:
            return table.set_column(index, table.schema.field(index).name, draw(columns(table.num_rows)))
