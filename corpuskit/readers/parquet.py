"""Parquet: each row is a record; text and id columns are configurable, the rest goes to `meta`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from corpuskit.document import Identity
from corpuskit.readers.protocol import (
    BATCH_BYTES,
    InputFile,
    Read,
    Reader,
    Slice,
    no_records,
    problem,
    problems,
)
from corpuskit.readers.rows import RowBatch, name_list
from corpuskit.readers.whole import failed_file

#: What pyarrow raises for files and pages that it can't read, apart from errors of the disk.
_CORRUPT = (pa.ArrowException, OSError, UnicodeDecodeError)
#: What making Python values raises: invalid UTF-8 (Arrow doesn't check it), dates past year 9999.
_BAD_VALUES = (ValueError, OverflowError, pa.ArrowException)
_MAX_ROWS = 65536


class Parquet(Reader):
    """Reads ``.parquet``; slices are groups of row groups."""

    name: ClassVar[str] = "parquet"
    endings: ClassVar[tuple[str, ...]] = (".parquet", ".pq")

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the file starts with Parquet's magic bytes."""
        return 2 if head.startswith(b"PAR1") else super().recognises(head, name)

    def slices(self, file: InputFile, target: int) -> Sequence[Slice]:
        """Runs of row groups of about `target` bytes of the file; a row group is never cut."""
        try:
            with _opened(file) as source:
                return _runs(source.metadata, target, file.size)
        except _CORRUPT as error:
            _reraise_if_of_the_disk(error)
            return [Slice(weight=file.size)]

    def read(self, file: InputFile, piece: Slice, identity: Identity) -> Iterator[Read]:
        """Read row groups. A corrupt one becomes one problem, and the next one is read."""
        try:
            source = _opened(file)
        except _CORRUPT as error:
            _reraise_if_of_the_disk(error)
            yield failed_file(file, identity, "corrupt_parquet", "not a readable Parquet file")
            return
        with source:
            if wrong := wrong_columns(source.schema_arrow, self.fields.text):
                yield failed_file(file, identity, *wrong)
                return
            stop = source.num_row_groups if piece.stop < 0 else piece.stop
            first = piece.first
            for group in range(piece.start, stop):
                yield from self._group(source, group, first, identity)
                first += source.metadata.row_group(group).num_rows

    def _group(
        self, source: pq.ParquetFile, group: int, first: int, identity: Identity
    ) -> Iterator[Read]:
        number = first
        about = source.metadata.row_group(group)
        mean = max(1, about.total_byte_size // max(1, about.num_rows))
        size = min(_MAX_ROWS, max(1, BATCH_BYTES // mean))
        try:
            for batch in source.iter_batches(size, row_groups=[group]):
                rows = RowBatch(identity, self.fields)
                add_rows(rows, batch, number, "row ")
                yield from rows.rest()
                number += batch.num_rows
        except _CORRUPT as error:
            _reraise_if_of_the_disk(error)
            last = first + about.num_rows - 1
            message = f"rows {number} to {last} can't be read: the row group is corrupt"
            row = problem(identity, f"row {number}", "corrupt_parquet", message)
            yield Read(no_records(), problems([row]))


def wrong_columns(schema: pa.Schema, name: str) -> tuple[str, str] | None:
    """What is wrong with a table whose text should be in column `name`: (error, message)."""
    if name not in schema.names:
        found = [field.name for field in schema if is_text(field.type)]
        hint = f"'text: {found[0][:40]}'" if len(found) == 1 else "'text:' to one of them"
        there = name_list(schema.names)
        return "missing_text", f"there is no column '{name}'; there are: {there}; set {hint}"
    kind = schema.field(name).type
    if not is_text(kind):
        return "wrong_type", f"the column '{name}' is of type {kind}, not string"
    return None


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type holds strings."""
    if pa.types.is_dictionary(kind):
        return is_text(kind.value_type)
    is_view = pa.types.is_string_view(kind)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or is_view)


def add_rows(rows: RowBatch, batch: pa.RecordBatch, first: int, prefix: str) -> None:
    """Add each row of an Arrow batch; one with invalid UTF-8 becomes a problem.

    Args:
        rows: where they go.
        batch: as Arrow read it; Arrow doesn't check that strings are UTF-8.
        first: number of the first row.
        prefix: of the locators, before the number.
    """
    try:
        values = batch.to_pylist()
    except _BAD_VALUES as error:
        if batch.num_rows > 1:
            for at in range(batch.num_rows):
                add_rows(rows, batch.slice(at, 1), first + at, prefix)
        elif isinstance(error, UnicodeDecodeError):
            rows.fail(f"{prefix}{first}", "invalid_utf8", "a string in the row is not UTF-8", b"")
        else:
            rows.fail(f"{prefix}{first}", "invalid_value", "a value can't be represented", b"")
    else:
        for at, value in enumerate(values):
            rows.add(value, f"{prefix}{first + at}")


def _opened(file: InputFile) -> pq.ParquetFile:
    source = file.path if file.data is None else pa.BufferReader(file.data)
    return pq.ParquetFile(source, buffer_size=1 << 20, pre_buffer=False)


def _reraise_if_of_the_disk(error: BaseException) -> None:
    """Errors of Arrow are OSErrors too, but only those of the system have a number."""
    if isinstance(error, OSError) and error.errno is not None:
        raise error


def _runs(about: Any, target: int, size: int) -> list[Slice]:
    weights = [
        max(1, about.row_group(group).total_byte_size) for group in range(about.num_row_groups)
    ]
    scale = size / max(1, sum(weights))  # the footer knows the sizes before compression only
    found: list[Slice] = []
    start, first, held, rows = 0, 1, 0.0, 0
    for group, weight in enumerate(weights):
        held += weight * scale
        rows += about.row_group(group).num_rows
        if held >= target or group == len(weights) - 1:
            found.append(Slice(start, group + 1, first, round(held)))
            start, first, held, rows = group + 1, first + rows, 0.0, 0
    return found or [Slice(weight=size)]
