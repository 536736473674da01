"""What papers read beside the manifest: `run.json`, and sums over columns of the kept documents.

Columns are read one row group at a time. Distinct values are sorted on disk where they are many, so
memory does not depend on how many documents or values there are.
"""

from __future__ import annotations

import heapq
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from corpuskit.errors import InputError
from corpuskit.manifest import Manifest
from corpuskit.papers.facts import Facts

#: A row of values, None where unknown; and documents, characters of text.
Row = tuple[tuple[str | None, ...], int]
#: Bytes of distinct values held before they are sorted to disk.
_BUDGET = 32 * 10**6
#: What a value costs beyond its letters.
_OVERHEAD = 200


@dataclass(frozen=True)
class Dataset:
    """A dataset that papers are made of.

    Attributes:
        out: its folder.
        manifest: its manifest.
    """

    out: Path
    manifest: Manifest

    @cached_property
    def facts(self) -> Facts:
        """What the manifest says."""
        return Facts.of(self.manifest, (self.out / "manifest.json").read_bytes())

    @cached_property
    def run(self) -> Mapping[str, Any]:
        """`run.json`; empty where there is none.

        Raises:
            InputError: it isn't JSON.
        """
        path = self.out / "run.json"
        try:
            found = json.loads(path.read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise InputError(f"{path}: not JSON: {error}", "run the recipe again") from error
        return found if isinstance(found, dict) else {}

    @cached_property
    def columns(self) -> frozenset[str]:
        """Names of the kept documents' columns of text."""
        found = [c for c in self.manifest.columns if "data" in c.tables]
        return frozenset(c.name for c in found if c.type == "string")

    def count(self, names: Sequence[str], budget: int = _BUDGET) -> Iterator[Row]:
        """Distinct values of text columns among the kept documents, and how many have them.

        Args:
            names: columns; one that the dataset has not counts as unknown everywhere.
            budget: bytes of values held in memory.

        Yields:
            Values and documents, sorted by value, null first.

        Raises:
            InputError: a shard can't be read.
        """
        with tempfile.TemporaryDirectory(prefix="corpuskit-") as folder:
            spill = _Spill(Path(folder), budget)
            for batch in self._batches(names):
                for values, number in _distinct(batch):
                    spill.add(values, number)
            yield from spill.merged()

    def _batches(self, names: Sequence[str]) -> Iterator[pa.Table]:
        known = [name for name in names if name in self.columns]
        for shard in self.manifest.shards:
            path = self.out / shard.path
            try:
                with pq.ParquetFile(path) as file:
                    for group in range(file.num_row_groups):
                        rows = file.metadata.row_group(group).num_rows
                        table = file.read_row_group(group, columns=known)
                        yield _in_order(table, names, rows)
            except (OSError, pa.ArrowException) as error:
                raise InputError(
                    f"{path}: {error}", f"'corpuskit verify {self.out}' names every damage"
                ) from error


def _in_order(table: pa.Table, names: Sequence[str], rows: int) -> pa.Table:
    columns = [
        table.column(name).cast(pa.string())
        if name in table.column_names
        else pa.nulls(rows, pa.string())
        for name in names
    ]
    return pa.table(columns, names=[str(i) for i in range(len(names))])


def _distinct(table: pa.Table) -> Iterator[Row]:
    keys = table.column_names
    counted = table.group_by(keys).aggregate([([], "count_all")])
    for row in counted.to_pylist():
        yield tuple(row[key] for key in keys), row["count_all"]


class _Spill:
    """Sums by key: sorted runs on disk once the keys in memory pass a budget."""

    def __init__(self, folder: Path, budget: int) -> None:
        self._folder, self._budget = folder, budget
        self._sums: dict[tuple[str | None, ...], int] = {}
        self._held = 0
        self._runs: list[Path] = []

    def add(self, values: tuple[str | None, ...], number: int) -> None:
        """Add to the sum of a key."""
        if values not in self._sums:
            self._held += _OVERHEAD + sum(4 * len(v) for v in values if v)
        self._sums[values] = self._sums.get(values, 0) + number
        if self._held > self._budget:
            self._flush()

    def _flush(self) -> None:
        path = self._folder / f"{len(self._runs)}.jsonl"
        with path.open("w", encoding="utf-8") as stream:
            for row in self._sorted():
                stream.write(json.dumps(row) + "\n")
        self._runs.append(path)
        self._sums, self._held = {}, 0

    def _sorted(self) -> list[Row]:
        return sorted(self._sums.items(), key=_order)

    def merged(self) -> Iterator[Row]:
        """All keys in order with their sums."""
        streams: list[IO[str]] = []
        try:
            runs: list[Iterator[Row]] = [iter(self._sorted())]
            for path in self._runs:
                streams.append(path.open(encoding="utf-8"))
                runs.append(map(_row, streams[-1]))
            for values, rows in groupby(heapq.merge(*runs, key=_order), key=lambda row: row[0]):
                yield values, sum(number for _, number in rows)
        finally:
            for stream in streams:
                stream.close()


def _row(line: str) -> Row:
    values, number = json.loads(line)
    return tuple(values), number


def _order(row: Row) -> tuple[tuple[bool, str], ...]:
    return tuple((value is not None, value or "") for value in row[0])
