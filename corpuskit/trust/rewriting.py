"""Rows that go: what is left of them, and files without them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpuskit.manifest import Table
from corpuskit.trust.takedownstage import BOUND, Takedown

#: Columns that a record keeps; all others become null.
IDENTITY = (
    "id", "source_id", "source", "uri", "locator", "url", "license", "publisher", "date",
    "country", "legal_basis",
)  # fmt: skip
#: Columns that say why a record is in its table.
REASONS: Mapping[Table, tuple[str, ...]] = {
    "rejected": ("stage", "signal", "value", "bound"),
    "duplicates": (
        "stage", "duplicate_of", "duplicate_in", "jaccard", "containment", "similarity",
        "bands_hit",
    ),
}  # fmt: skip
#: The stage at which documents leave, as a run has it.
STAGE = f"{Takedown.name}@{Takedown.version}"


def rejected(gone: pa.RecordBatch, ways: list[str], schema: pa.Schema) -> pa.RecordBatch:
    """Kept documents as rows of the rejected table."""
    n = gone.num_rows
    bare = blank(gone, pa.array(np.ones(n, np.bool_)), ())
    known = dict(zip(bare.schema.names, bare.columns, strict=True))
    known |= {
        "stage": pa.array([STAGE] * n), "signal": pa.array(ways, pa.string()),
        "value": pa.array([1.0] * n), "bound": pa.array([BOUND] * n),
    }  # fmt: skip
    columns = [known.get(f.name, pa.nulls(n, f.type)) for f in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def blank(batch: pa.RecordBatch, hit: pa.Array, reasons: tuple[str, ...]) -> pa.RecordBatch:
    """A batch whose rows where `hit` holds keep their identity and the reasons alone."""
    rows = np.arange(batch.num_rows)
    take = pa.array(rows, mask=hit.to_numpy(zero_copy_only=False))
    columns = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name == "text":
            columns.append(pc.if_else(hit, pa.scalar("", column.type), column))
        elif name in IDENTITY or name in reasons:
            columns.append(column)
        else:
            columns.append(column.take(take))
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def without_rows(path: Path, target: Path, rows: npt.NDArray[np.int64]) -> int:
    """A Parquet file again without rows of these numbers; returns how many are left."""
    first = left = 0
    with (
        pq.ParquetFile(path) as source,
        pq.ParquetWriter(
            target, source.schema_arrow, compression="zstd", write_page_index=False
        ) as writer,
    ):
        for group in range(source.num_row_groups):
            table = source.read_row_group(group)
            stay = np.ones(table.num_rows, np.bool_)
            inside = rows[(rows >= first) & (rows < first + table.num_rows)] - first
            stay[inside] = False
            first += table.num_rows
            table = table.filter(pa.array(stay))
            left += table.num_rows
            writer.write_table(table)
    return left
