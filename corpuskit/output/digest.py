"""The digest of a table's rows: what they say, not how a file or a batch holds them.

`rows_sha256` is the same for any cut into batches or row groups, any Parquet writer, any
compression and any dictionary encoding, and differs when a value, a null, a name, a type, the
order of the rows or the order of the columns differs. Anyone can compute it again:

1. Each column gives one or more SHA-256 digests over all of its rows, in order, written as hex:

   - every column: **validity**, one byte a row, 1 for a value and 0 for null;
   - text and binary: **lengths**, the bytes of each value as little-endian int64 (0 for null),
     then **values**, the bytes (UTF-8) of the non-null values one after the other;
   - numbers, dates, decimals: **values**, the non-null values as little-endian integers or IEEE
     754 floats of their width; booleans as one byte, 0 or 1;
   - lists and maps: **lengths**, the items of each list as little-endian int64 (0 for null), then
     the digests of the items of the non-null lists, taken as one column;
   - structs: the digests of each field in order, over the non-null structs;
   - the null type: validity only.

2. The digest of the rows is the SHA-256 of this UTF-8 text, each line ended by a line feed: the
   words ``corpuskit rows 1``, the number of rows, then for each column the JSON array
   ``["name","type",["digest",...]]`` without spaces and without escapes for non-ASCII characters.

Type names are those of `type_name`: large, view and dictionary variants count as their plain type.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

FORMAT = "corpuskit rows 1"


def type_name(kind: pa.DataType) -> str:
    """Name of an Arrow type by what it can say: ``string``, ``int64``, ``double``, ``list<int32>``.

    Large, view and dictionary variants get the name of their plain type.
    """
    if pa.types.is_dictionary(kind):
        return type_name(kind.value_type)
    if _is_text(kind):
        return "string"
    if _is_binary(kind):
        return "binary"
    if pa.types.is_map(kind):
        return f"list<struct<key:{type_name(kind.key_type)},value:{type_name(kind.item_type)}>>"
    if _is_list(kind):
        return f"list<{type_name(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return "struct<" + ",".join(f"{f.name}:{type_name(f.type)}" for f in kind) + ">"
    return str(kind)


class RowDigest:
    """Computes `rows_sha256` batch by batch; see the module's docstring for its definition.

    Args:
        schema: names and types, in order, that every batch has.
    """

    def __init__(self, schema: pa.Schema) -> None:
        self._names = list(schema.names)
        self._types = [type_name(kind) for kind in schema.types]
        self._columns = [_column(kind) for kind in schema.types]
        self.rows = 0

    def update(self, batch: pa.RecordBatch) -> None:
        """Add the rows of a batch.

        Raises:
            ValueError: its columns are not those of the schema.
        """
        types = [type_name(kind) for kind in batch.schema.types]
        if batch.schema.names != self._names or types != self._types:
            raise ValueError(f"columns differ from the schema: {batch.schema.names}")
        for column, array in zip(self._columns, batch.columns, strict=True):
            column.update(array)
        self.rows += batch.num_rows

    def hexdigest(self) -> str:
        """64 hex digits for the rows so far."""
        lines = [FORMAT, str(self.rows)]
        for name, kind, column in zip(self._names, self._types, self._columns, strict=True):
            row = [name, kind, column.digests()]
            lines.append(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
        return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _is_binary(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind))


def _is_list(kind: pa.DataType) -> bool:
    types = pa.types
    plain = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    return bool(plain or types.is_list_view(kind) or types.is_large_list_view(kind))


def _column(kind: pa.DataType) -> _Column:
    if pa.types.is_dictionary(kind):
        return _Plain(kind.value_type, kind.value_type)
    if pa.types.is_string_view(kind):
        return _Plain(pa.large_string(), pa.large_string())
    if pa.types.is_binary_view(kind):
        return _Plain(pa.large_binary(), pa.large_binary())
    if _is_text(kind) or _is_binary(kind):
        return _Bytes()
    if pa.types.is_map(kind):
        return _List(pa.struct([("key", kind.key_type), ("value", kind.item_type)]))
    if _is_list(kind):
        return _List(kind.value_type)
    if pa.types.is_struct(kind):
        return _Struct([field.type for field in kind])
    return _Column() if pa.types.is_null(kind) else _Fixed()


class _Column:
    """The running digests of a column; on its own, those of the null type."""

    def __init__(self) -> None:
        self._validity = hashlib.sha256()

    def update(self, array: pa.Array) -> None:
        """Add values; `array` may be a slice and may have nulls."""
        if len(array):
            self._validity.update(_valid(array))
            self._update(array)

    def _update(self, array: pa.Array) -> None:
        """The rest of a column that has more than validity."""

    def digests(self) -> list[str]:
        """All digests of the column as hex, in the order of the definition."""
        return [self._validity.hexdigest()]


class _Fixed(_Column):
    def __init__(self) -> None:
        super().__init__()
        self._values = hashlib.sha256()

    def _update(self, array: pa.Array) -> None:
        array = _dense(array)
        if pa.types.is_boolean(array.type):
            array = array.cast(pa.uint8())
        buffer = array.buffers()[1]
        if len(array) and buffer is not None:
            width = array.type.bit_width // 8
            first = array.offset * width
            self._values.update(memoryview(buffer)[first : first + len(array) * width])

    def digests(self) -> list[str]:
        return [*super().digests(), self._values.hexdigest()]


class _Bytes(_Column):
    def __init__(self) -> None:
        super().__init__()
        self._lengths = hashlib.sha256()
        self._values = hashlib.sha256()

    def _update(self, array: pa.Array) -> None:
        self._lengths.update(_lengths(pc.binary_length(array)))
        array = _dense(array)
        _, offsets, values = array.buffers()
        if len(array) and values is not None and values.size:
            large = pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type)
            ends = np.frombuffer(offsets, np.int64 if large else np.int32)
            first, last = ends[array.offset], ends[array.offset + len(array)]
            self._values.update(memoryview(values)[first:last])

    def digests(self) -> list[str]:
        return [*super().digests(), self._lengths.hexdigest(), self._values.hexdigest()]


class _List(_Column):
    def __init__(self, item: pa.DataType) -> None:
        super().__init__()
        self._lengths = hashlib.sha256()
        self._items = _column(item)

    def _update(self, array: pa.Array) -> None:
        if pa.types.is_map(array.type):  # the same memory seen as a list of structs
            item = pa.struct([("key", array.type.key_type), ("value", array.type.item_type)])
            array = array.cast(pa.list_(item))
        self._lengths.update(_lengths(pc.list_value_length(array)))
        self._items.update(_dense(array).flatten())

    def digests(self) -> list[str]:
        return [*super().digests(), self._lengths.hexdigest(), *self._items.digests()]


class _Struct(_Column):
    def __init__(self, kinds: list[pa.DataType]) -> None:
        super().__init__()
        self._fields = [_column(kind) for kind in kinds]

    def _update(self, array: pa.Array) -> None:
        for column, values in zip(self._fields, _dense(array).flatten(), strict=True):
            column.update(values)

    def digests(self) -> list[str]:
        return [*super().digests(), *(d for column in self._fields for d in column.digests())]


class _Plain(_Column):
    """A column held in another way: decoded first, so that only what it says counts."""

    def __init__(self, plain: pa.DataType, kind: pa.DataType) -> None:
        super().__init__()
        self._plain = plain
        self._inner = _column(kind)

    def update(self, array: pa.Array) -> None:
        self._inner.update(array.cast(self._plain))

    def digests(self) -> list[str]:
        return self._inner.digests()


def _dense(array: pa.Array) -> pa.Array:
    """The values without the nulls; what lies under a null is not data."""
    return array.drop_null() if array.null_count else array


def _valid(array: pa.Array) -> memoryview:
    if not array.null_count:
        return memoryview(bytes([1]) * len(array))
    valid: Any = array.is_valid().cast(pa.uint8())
    return np.asarray(valid, dtype=np.uint8).data


def _lengths(lengths: pa.Array) -> memoryview:
    filled: Any = lengths.fill_null(0) if lengths.null_count else lengths
    return np.asarray(filled, dtype="<i8").data
