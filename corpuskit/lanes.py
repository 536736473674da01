"""Which file a kept document goes to: its split, and its place in a shuffle.

Both are functions of ids alone. The split hangs on the duplicate cluster's id where there is one,
so that near-duplicates that both stay (templates) never straddle splits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Lanes:
    """How documents are sorted into splits and shuffle buckets.

    Attributes:
        validation: share of the validation split.
        test: share of the test split.
        seed: of the shuffle, or None to keep the order.
        buckets: shuffle buckets; each becomes a shard.
    """

    validation: float = 0.0
    test: float = 0.0
    seed: int | None = None
    buckets: int = 1

    def sort(self, batch: pa.RecordBatch) -> Iterator[tuple[str, pa.RecordBatch]]:
        """Cut a batch by lane; rows keep their order within a lane.

        Yields:
            (lane, rows), such as ``("train", rows)`` or ``("train/0003", rows)`` in a shuffle.
        """
        split = self._splits(batch)
        bucket = self._buckets(batch)
        for code, name in enumerate(("train", "validation", "test")):
            for number in range(self.buckets):
                here = (split == code) & (bucket == number)
                if here.any():
                    lane = name if self.seed is None else f"{name}/{number:05d}"
                    yield lane, batch if here.all() else batch.filter(pa.array(here))

    def _splits(self, batch: pa.RecordBatch) -> np.ndarray:
        if not self.validation and not self.test:
            return np.zeros(batch.num_rows, np.int8)
        at = batch.schema.get_field_index("cluster")
        ids = batch.column("id")
        share = unit(ids if at < 0 else pc.coalesce(batch.column(at), ids))
        codes = np.zeros(batch.num_rows, np.int8)
        codes[share < self.validation + self.test] = 2
        codes[share < self.validation] = 1
        return codes

    def _buckets(self, batch: pa.RecordBatch) -> np.ndarray:
        if self.seed is None:
            return np.zeros(batch.num_rows, np.int64)
        keyed = mixed(halves(batch.column("id")) ^ np.uint64(self.seed % 2**64))
        return (keyed >> np.uint64(32)).astype(np.int64) * self.buckets >> 32


def halves(ids: pa.Array) -> np.ndarray:
    """The first 64 bits of ids of 32 hex digits, as uint64."""
    from corpuskit.kernels.buffers import parse_hex

    first: np.ndarray = parse_hex(ids)[:, 0]
    return first


def unit(ids: pa.Array) -> np.ndarray:
    """A number in [0, 1) for each id."""
    return (mixed(halves(ids)) >> np.uint64(11)).astype(np.float64) / 2**53


def mixed(values: np.ndarray) -> np.ndarray:
    """The SplitMix64 finaliser (Steele, Lea, Flood 2014) of each value."""
    with np.errstate(over="ignore"):
        z = values + _GOLDEN
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))
