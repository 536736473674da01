"""Read what `gather` wrote: everything but the texts at once, texts row by row.

Memory maps are closed again after each reading, so that their pages don't add up.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.dedup import files
from corpuskit.exchange import PhaseInput

Positions = npt.NDArray[np.int64]

#: Columns that are as large as the documents: they are read when they are needed.
LARGE = ("text", "segmented")


@dataclass(frozen=True, slots=True)
class Gathered:
    """The documents of one partition's clusters.

    Attributes:
        table: all columns but `LARGE`, one row for each document.
        sizes: bytes of their texts.
        measurable: whether the text that is compared is there.
        places: file and record batch of each stretch of rows.
        starts: the first row of each, and the number of rows.
        names: which of `LARGE` there are.
    """

    table: pa.Table
    sizes: Positions
    measurable: npt.NDArray[np.bool_]
    places: Sequence[tuple[Path, int]]
    starts: Positions
    names: Sequence[str]

    @classmethod
    def read(cls, given: PhaseInput, compared: str) -> Gathered | None:
        """The documents of partition ``given.index``; None where there are none.

        Args:
            given: input of the phase ``verify``.
            compared: the column that shingles come from.
        """
        pieces, places, names = [], [], set[str]()
        sizes, measurable = [np.empty(0, np.int64)], [np.empty(0, np.bool_)]
        for path in (*given.earlier["gather"], *given.earlier.get("earlier", ())):
            with files.reading(path) as reader:
                for i in range(given.index, reader.num_record_batches, given.partitions):
                    batch = reader.get_batch(i)
                    if batch.num_rows == 0:
                        continue
                    large = [name for name in LARGE if name in batch.schema.names]
                    names.update(large)
                    sizes.append(np.sum([_bytes(batch.column(n)) for n in large], axis=0))
                    valid = batch.column(compared).is_valid()
                    measurable.append(valid.to_numpy(zero_copy_only=False))
                    small = [n for n in batch.schema.names if n not in LARGE]
                    pieces.append(batch.select(small))
                    places.append((path, i))
        if not pieces:
            return None
        starts = np.cumsum([0, *(piece.num_rows for piece in pieces)])
        return cls(
            pa.Table.from_batches(pieces).combine_chunks(),
            np.concatenate(sizes),
            np.concatenate(measurable),
            places,
            starts,
            [name for name in LARGE if name in names],
        )

    def texts(self, rows: Positions) -> pa.Table:
        """The columns `names` of these rows, in this order; an empty text for a null one."""
        order = np.argsort(rows, kind="stable")
        wanted = rows[order]
        cuts = np.searchsorted(wanted, self.starts)
        inside = np.flatnonzero(np.diff(cuts))
        pieces = []
        for path, group in itertools.groupby(inside.tolist(), lambda i: self.places[i][0]):
            with files.reading(path) as reader:
                for i in group:
                    batch = reader.get_batch(self.places[i][1]).select(list(self.names))
                    local = wanted[cuts[i] : cuts[i + 1]] - self.starts[i]
                    pieces.append(batch.take(pa.array(local)))
        back = np.empty(len(rows), np.int64)
        back[order] = np.arange(len(rows))
        table = pa.Table.from_batches(pieces).combine_chunks()
        columns = [pc.fill_null(column, "") for column in table.columns]
        return pa.table(dict(zip(self.names, columns, strict=True))).take(pa.array(back))


def _bytes(column: pa.Array) -> Positions:
    return np.asarray(pc.fill_null(pc.binary_length(column), 0).to_numpy(), np.int64)
