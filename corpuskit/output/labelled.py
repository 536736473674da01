"""Labels and decisions of the documents in a shard, counted, and what may not be written.

A shard's label is the highest of its documents' (`corpuskit.labels`). Counted are the values of
columns with few of them that stages on rights write; tables without these columns have no counts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.document import DUPLICATE, REJECTION, append_columns
from corpuskit.errors import StageError
from corpuskit.labels import COLUMN, LEVELS, Level, highest, rank

#: Columns whose values are counted, where a table has them as text.
COUNTED = (COLUMN, "export_control", "document_kind", "gate_train", "gate_redistribute")
#: Key of null values in the counts.
UNKNOWN = "none"
#: Columns that a withheld record keeps: where it is, why it left, and its labels.
_KEPT = frozenset({"id", "source", "source_id", "uri", "locator", *COUNTED})
_KEPT_TOO = frozenset({*REJECTION.names, *DUPLICATE.names})


class Labels:
    """Counts the values of `COUNTED`, batch by batch."""

    def __init__(self, schema: pa.Schema) -> None:
        self._counts: dict[str, Counter[str]] = {
            name: Counter()
            for name in COUNTED
            if name in schema.names and pa.types.is_string(schema.field(name).type)
        }

    def update(self, batch: pa.RecordBatch) -> None:
        """Add the rows of a batch."""
        for name, counts in self._counts.items():
            for found in pc.value_counts(batch.column(name)).to_pylist():
                value = found["values"]
                counts[UNKNOWN if value is None else value] += found["counts"]

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Rows by column and value, sorted."""
        return {name: dict(sorted(c.items())) for name, c in sorted(self._counts.items()) if c}

    @property
    def highest(self) -> Level | None:
        """The highest label, or None where no row has one.

        Raises:
            StageError: a label is none of `corpuskit.labels.LEVELS`.
        """
        found = set(self._counts.get(COLUMN, ())) - {UNKNOWN}
        strange = sorted(found - set(LEVELS))
        if strange:
            raise StageError(
                f"column '{COLUMN}' holds '{strange[0]}', which is no level",
                f"levels are {', '.join(LEVELS)}",
            )
        return highest(found)


@dataclass(frozen=True)
class Withholding:
    """Empties records above a level, and those nobody looked at, in tables of what was not kept.

    Attributes:
        most: the highest level that may be written.
    """

    most: Level

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The same rows; a withheld one keeps its place, reason and labels, and nothing else."""
        hidden = self._hidden(batch)
        if not hidden.any():
            return batch
        mask = pa.array(hidden)
        columns: dict[str, pa.Array] = {}
        for field in batch.schema:
            if field.name in _KEPT or field.name in _KEPT_TOO:
                continue
            empty = pa.scalar("" if field.name == "text" else None, field.type)
            columns[field.name] = pc.if_else(mask, empty, batch.column(field.name))
        return append_columns(batch, columns)

    def _hidden(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows above the level, or that left before `marks` was reached, `bool[n]`."""
        if COLUMN not in batch.schema.names:
            return np.ones(batch.num_rows, bool)
        labels = batch.column(COLUMN)
        above = [level for level in LEVELS if rank(level) > rank(self.most)]
        hidden = pc.is_in(labels, pa.array(above, pa.string()))
        # A record that `marks` never reached has no count of marks: not looked at is not "none".
        looked = batch.column("marks") if "marks" in batch.schema.names else labels
        found: np.ndarray = pc.or_(hidden, pc.is_null(looked)).to_numpy(zero_copy_only=False)
        return found
