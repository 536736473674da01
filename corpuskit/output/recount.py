"""Counting a dataset's tables again, row group by row group, from the Parquet files alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpuskit.manifest import Table

#: Ids held in memory at a time (20 bytes each, and as much again while they are sorted).
IDS_AT_A_TIME = 8_000_000

#: Columns that a table can't be counted without.
NEEDED: Mapping[Table, frozenset[str]] = {
    "data": frozenset({"id", "source"}),
    "rejected": frozenset({"id", "source", "stage", "signal"}),
    "duplicates": frozenset({"id", "source", "duplicate_of"}),
    "quarantine": frozenset({"id", "source", "error"}),
}

Ids = npt.NDArray[np.bytes_]


def row_groups(path: Path, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file; at most a row group is in memory.

    Raises:
        OSError, pyarrow.ArrowException: the file can't be read.
    """
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield from file.read_row_group(group, columns=columns).to_batches()


@dataclass
class Recount:
    """Rows by table and source, and the reasons they are there.

    `unfounded` counts duplicates of nothing or of themselves.
    """

    sources: dict[Table, Counter[str]] = field(default_factory=dict)
    rejected_by: Counter[str] = field(default_factory=Counter)
    quarantined_by: Counter[str] = field(default_factory=Counter)
    unfounded: int = 0

    def add(self, table: Table, batch: pa.RecordBatch) -> None:
        """Count the rows of a batch of a table."""
        by_source = self.sources.setdefault(table, Counter())
        by_source.update({row[0]: n for row, n in _groups(batch, "source")})
        if table == "rejected":
            reasons = _groups(batch, "stage", "signal")
            self.rejected_by.update({"/".join(row): n for row, n in reasons})
        if table == "duplicates":
            other = pc.not_equal(batch.column("id"), batch.column("duplicate_of"))
            self.unfounded += batch.num_rows - (pc.sum(other).as_py() or 0)
        if table == "quarantine":
            self.quarantined_by.update({row[0]: n for row, n in _groups(batch, "error")})

    def of(self, table: Table, source: str) -> int:
        """Rows of a source in a table."""
        return self.sources.get(table, Counter())[source]


def _groups(batch: pa.RecordBatch, *names: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Each combination of values with its number of rows; null is ``null``."""
    found = pa.Table.from_batches([batch]).group_by(list(names)).aggregate([([], "count_all")])
    for row in found.to_pylist():
        yield tuple(str(row[n]) if row[n] is not None else "null" for n in names), row["count_all"]


@dataclass(frozen=True)
class IdSlice:
    """Ids of one slice of the id space, sorted.

    Attributes:
        ids: 16 bytes each.
        files: number of the file that each is in.
        references: ids that `duplicate_of` names, unsorted, of duplicates in any slice.
        names: file of each reference.
    """

    ids: Ids
    files: npt.NDArray[np.int32]
    references: Ids
    names: npt.NDArray[np.int32]

    def repeated(self) -> Iterator[tuple[str, list[int]]]:
        """Ids that occur more than once, with the numbers of their files."""
        again = np.flatnonzero(self.ids[1:] == self.ids[:-1])
        for row in again.tolist():
            yield _hex(self.ids[row]), [int(self.files[row]), int(self.files[row + 1])]

    def unknown(self, allowed: npt.NDArray[np.bool_]) -> Iterator[tuple[str, int]]:
        """References to no id in an allowed file, with the number of the file that holds them.

        Args:
            allowed: by number of file, whether a duplicate may name a document in it.
        """
        known = self.ids[allowed[self.files]]
        for row in np.flatnonzero(~np.isin(self.references, known)).tolist():
            yield _hex(self.references[row]), int(self.names[row])


def id_slices(files: list[tuple[Table, Path]], rows: int) -> Iterator[IdSlice]:
    """All ids of a dataset in slices of the id space that fit in memory.

    Args:
        files: every Parquet file with its table.
        rows: rows of all files together.

    Raises:
        ValueError: an id is not 32 hex digits; names the file.
    """
    slices = min(256, rows // IDS_AT_A_TIME + 1)
    for index in range(slices):
        ids, references = _Collected(), _Collected()
        for number, (table, path) in enumerate(files):
            columns = ["id"]
            if table == "duplicates":
                have = set(pq.read_schema(path).names)
                columns += [n for n in ("duplicate_of", "duplicate_in") if n in have]
            for batch in row_groups(path, columns):
                ids.add(_octets(batch.column("id"), path), number, index, slices)
                if table == "duplicates":
                    named = _octets(_named_here(batch), path)
                    references.add(named, number, index, slices)
        found, where = ids.arrays()
        order = np.argsort(found, kind="stable")
        yield IdSlice(found[order], where[order], *references.arrays())


def _named_here(batch: pa.RecordBatch) -> pa.Array:
    """`duplicate_of` where it names a document of this dataset, not of an earlier one."""
    named = batch.column("duplicate_of")
    if batch.schema.get_field_index("duplicate_in") < 0:
        return named
    return named.filter(pc.is_null(batch.column("duplicate_in")))


class _Collected:
    """Ids of one slice as they are found."""

    def __init__(self) -> None:
        self._ids: list[Ids] = []
        self._files: list[npt.NDArray[np.int32]] = []

    def add(self, octets: npt.NDArray[np.uint8], file: int, index: int, slices: int) -> None:
        """Add those rows of `octets` (n x 16) whose first byte lies in the slice."""
        mine = octets[octets[:, 0].astype(np.int32) * slices // 256 == index]
        # "S16" compares like the bytes do: all are equally long.
        self._ids.append(np.ascontiguousarray(mine).reshape(-1).view("S16"))
        self._files.append(np.full(len(mine), file, np.int32))

    def arrays(self) -> tuple[Ids, npt.NDArray[np.int32]]:
        empty = np.empty(0, "S16"), np.empty(0, np.int32)
        return np.concatenate([empty[0], *self._ids]), np.concatenate([empty[1], *self._files])


def _octets(ids: pa.Array, path: Path) -> npt.NDArray[np.uint8]:
    from corpuskit.kernels.buffers import parse_hex

    try:
        words: Any = parse_hex(ids.drop_null())
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error
    octets: npt.NDArray[np.uint8] = words.astype(">u8").view(np.uint8).reshape(-1, 16)
    return octets


def _hex(octets: bytes) -> str:
    return octets.ljust(16, b"\0").hex()
