"""Run an exchange over a list of documents without the runner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc

from corpuskit.exchange import Exchange, PartFiles, PhaseInput
from corpuskit.steps import fan_of

Rows = Sequence[Mapping[str, Any]]


def documents(texts: Sequence[str], **columns: Sequence[Any]) -> list[dict[str, Any]]:
    """Documents of the texts with ids that don't follow their order."""
    rows = []
    for i, text in enumerate(texts):
        row = {"id": f"{(i * 0x9E3779B97F4A7C15) % 2**64:032x}", "text": text}
        row |= {"date": None, "legal_basis": None}
        rows.append(row | {name: values[i] for name, values in columns.items()})
    return rows


def table_of(rows: Rows) -> pa.Table:
    table = pa.Table.from_pylist(list(rows))
    for name in ("date", "legal_basis"):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, table.column(name).cast(pa.string()))
    return table


class Corpus:
    """Documents cut into parts on disk."""

    def __init__(self, folder: Path, rows: Rows, parts: int = 1, batch: int = 7) -> None:
        self.folder = folder
        self.table = table_of(rows)
        n = self.table.num_rows
        self.cuts = [n * i // parts for i in range(parts + 1)]
        self.batch = batch

    def run(
        self,
        exchange: Exchange,
        partitions: int = 1,
        removed: Sequence[Path] = (),
        counts: dict[str, dict[str, int]] | None = None,
    ) -> list[Path]:
        """Run all phases; return the outcome files."""
        home = self.folder / f"{exchange.name}.{len(list(self.folder.iterdir()))}"
        home.mkdir()
        exchange.open()
        parts = [
            self._part(exchange, home, i, partitions)
            for i in range(len(self.cuts) - 1)
            if self.cuts[i + 1] > self.cuts[i]
        ]
        earlier: dict[str, list[Path]] = {}
        for phase in exchange.phases():
            tasks = fan_of(phase, exchange, len(parts), partitions)
            outs = [home / f"{phase.name}.{i}" for i in range(tasks)]
            total: dict[str, int] = {}
            for i, out in enumerate(outs):
                given = PhaseInput(i, partitions, parts, dict(earlier), removed, out)
                for name, count in phase.run(given).items():
                    total[name] = total.get(name, 0) + count
            earlier[phase.name] = outs
            if counts is not None:
                counts[phase.name] = total
        return earlier[exchange.phases()[-1].name]

    def _part(self, exchange: Exchange, home: Path, i: int, partitions: int) -> PartFiles:
        base, stop = self.cuts[i], self.cuts[i + 1]
        batches = self.table.slice(base, stop - base).to_batches(self.batch)
        found = []
        row = 0
        for batch in batches:
            rows = pa.array(range(row, row + batch.num_rows), pa.int64())
            found.append(exchange.keys(batch).append_column("row", rows))
            row += batch.num_rows
        pieces = exchange.spread(pa.Table.from_batches(found), partitions)
        assert len(pieces) == partitions
        data, keys = home / f"data.{i}", home / f"keys.{i}"
        _write(data, batches)
        _write(keys, pieces)
        return PartFiles(base, stop - base, data, keys)


def _write(path: Path, batches: Sequence[pa.RecordBatch]) -> None:
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with (
        pa.OSFile(str(path), "wb") as sink,
        pa.ipc.new_file(sink, batches[0].schema, options=options) as writer,
    ):
        for batch in batches:
            writer.write_batch(batch)


def outcome(paths: Sequence[Path], exchange: Exchange) -> list[dict[str, Any]]:
    """All outcome rows by document; the files must be as the contract says."""
    rows: list[dict[str, Any]] = []
    for path in paths:
        with pa.memory_map(str(path)) as source:
            table = pa.ipc.open_file(source).read_all()
        assert table.schema.equals(exchange.outcome())
        docs = table.column("doc").to_pylist()
        assert docs == sorted(docs)
        rows += table.to_pylist()
    docs = [row["doc"] for row in rows]
    assert len(set(docs)) == len(docs)
    return sorted(rows, key=lambda row: row["doc"])


def run(
    folder: Path, exchange: Exchange, rows: Rows, parts: int = 1, partitions: int = 1
) -> dict[int, dict[str, Any]]:
    """The outcome of an exchange over the documents, by document number."""
    paths = Corpus(folder, rows, parts).run(exchange, partitions)
    return {row["doc"]: row for row in outcome(paths, exchange)}
