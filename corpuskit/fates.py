"""Where records go that are not kept: rejected, duplicate, quarantined. Written as they fall.

Each part has one Arrow file per fate it needs; their rows keep the part's order. The counts kept
beside them are what the run's accounting is made of.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc

from corpuskit.document import BASE, DUPLICATE, REJECTION
from corpuskit.ledger import Commit, HashingFile

#: Columns of the quarantine table: place, error class and digest; never content.
QUARANTINE = pa.schema(
    [
        *[BASE.field(n) for n in ("id", "source_id", "source", "uri", "locator")],
        pa.field("stage", pa.string(), nullable=False),
        pa.field("error", pa.string(), nullable=False),
        pa.field("message", pa.string(), nullable=False),
        pa.field("raw_digest", pa.string()),
        pa.field("raw_bytes", pa.int64()),
    ]
)

_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)


def align(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """A batch with exactly the columns of `schema`; missing ones are null."""
    columns = []
    for column in schema:
        at = batch.schema.get_field_index(column.name)
        if at < 0:
            columns.append(pa.nulls(batch.num_rows, column.type))
        else:
            found = batch.column(at)
            columns.append(found if found.type == column.type else found.cast(column.type))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


class BatchFile:
    """An Arrow IPC file that is created with its first batch and knows what each batch holds.

    Args:
        commit: where the file is created.
        role: its name in the receipt.
        schema: batches are aligned to it.
    """

    def __init__(self, commit: Commit, role: str, schema: pa.Schema) -> None:
        self._commit, self._role, self._schema = commit, role, schema
        self._writer: Any = None
        self._sink: HashingFile | None = None
        self.rows = 0
        #: (lane, rows, text bytes) of each batch written.
        self.batches: list[tuple[str, int, int]] = []

    def write(self, batch: pa.RecordBatch, lane: str = "") -> None:
        """Append a batch; empty ones are left out."""
        if batch.num_rows == 0:
            return
        self.open()
        self._writer.write_batch(align(batch, self._schema))
        self.rows += batch.num_rows
        self.batches.append((lane, batch.num_rows, text_bytes(batch)))

    def open(self) -> None:
        """Create the file, even if nothing will be written to it."""
        if self._writer is None:
            self._sink = self._commit.create(self._role)
            self._writer = pa.ipc.new_file(self._sink, self._schema, options=_OPTIONS)

    def close(self) -> None:
        """Finish the file, where there is one."""
        if self._writer is not None:
            self._writer.close()


def text_bytes(batch: pa.RecordBatch) -> int:
    """UTF-8 bytes of a batch's texts; 0 where it has none."""
    at = batch.schema.get_field_index("text")
    return int(pc.sum(pc.binary_length(batch.column(at))).as_py() or 0) if at >= 0 else 0


@dataclass
class Fates:
    """The files and counts of everything that leaves a part before its end."""

    rejected: BatchFile
    duplicates: BatchFile
    quarantine: BatchFile
    rejected_by: Counter[str] = field(default_factory=Counter)
    duplicate_by: Counter[str] = field(default_factory=Counter)
    quarantined_by: Counter[str] = field(default_factory=Counter)

    @classmethod
    def create(cls, commit: Commit, schema: pa.Schema) -> Fates:
        """Fates of a segment whose documents have the columns of `schema`."""
        plain = [f for f in schema if not f.name.startswith("_")]
        return cls(
            BatchFile(commit, "rejected", pa.schema([*plain, *REJECTION])),
            BatchFile(commit, "duplicates", pa.schema([*plain, *DUPLICATE])),
            BatchFile(commit, "quarantine", QUARANTINE),
        )

    def reject(self, batch: pa.RecordBatch, reasons: pa.RecordBatch) -> None:
        """Rows that a stage rejected; `reasons` are `REJECTION` rows beside them."""
        columns = {**columns_of(batch), **columns_of(reasons)}
        self.rejected.write(pa.RecordBatch.from_pydict(columns))
        self.rejected_by.update(_count(reasons.column(0), reasons.column(1)))

    def duplicate(self, batch: pa.RecordBatch, evidence: pa.RecordBatch) -> None:
        """Rows that an exchange removed; `evidence` are `DUPLICATE` rows beside them."""
        columns = {**columns_of(batch), **columns_of(evidence)}
        self.duplicates.write(pa.RecordBatch.from_pydict(columns))
        self.duplicate_by.update(_count(evidence.column(0)))

    def isolate(self, batch: pa.RecordBatch, stage: str, errors: pa.RecordBatch) -> None:
        """Rows that could not be read or that a stage failed on; `errors` has error, message."""
        columns = columns_of(batch)
        n = batch.num_rows
        columns["stage"] = pa.array([stage] * n, pa.string())
        columns.update(columns_of(errors))
        self.quarantine.write(pa.RecordBatch.from_pydict(columns))
        self.quarantined_by.update(_count(columns["stage"], columns["error"]))

    def close(self) -> None:
        """Finish all files."""
        for file in (self.rejected, self.duplicates, self.quarantine):
            file.close()

    def counts(self) -> dict[str, Any]:
        """For the receipt: rows by reason, and the batches of each table."""
        return {
            "rejected": dict(sorted(self.rejected_by.items())),
            "duplicate": dict(sorted(self.duplicate_by.items())),
            "quarantined": dict(sorted(self.quarantined_by.items())),
            "tables": {
                "rejected": self.rejected.batches,
                "duplicates": self.duplicates.batches,
                "quarantine": self.quarantine.batches,
            },
        }


def _count(*columns: pa.Array) -> dict[str, int]:
    """How often each combination occurs; keys are joined by tabs."""
    joined = pc.binary_join_element_wise(*columns, "\t") if len(columns) > 1 else columns[0]
    return {c["values"]: c["counts"] for c in pc.value_counts(joined).to_pylist()}


def columns_of(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    """Columns by name."""
    return dict(zip(batch.schema.names, batch.columns, strict=True))


def rejection(stage: str, verdicts: pa.RecordBatch) -> pa.RecordBatch:
    """`REJECTION` rows of a stage's `VERDICTS`."""
    n = verdicts.num_rows
    return pa.RecordBatch.from_arrays(
        [pa.array([stage] * n, pa.string()), *verdicts.columns[1:]], schema=REJECTION
    )


def without(batch: pa.RecordBatch, rows: np.ndarray) -> pa.RecordBatch:
    """A batch without the rows of these numbers."""
    stay = np.ones(batch.num_rows, bool)
    stay[rows] = False
    return batch.filter(pa.array(stay))
