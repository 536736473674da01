"""Where personal information stands: packed arrays, without the values."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from corpuskit.privacy.kinds import KINDS

Rows = npt.NDArray[np.int32]

Found = tuple[int, int, int, int, int, int]
"""Row, kind, first byte, byte after the last, rule, confidence."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Places in a batch of texts, one entry each.

    Attributes:
        row: number of the text, `int32[n]`.
        kind: index into `KINDS`, `uint8[n]`.
        start: first byte, from the start of that text, `int32[n]`.
        stop: the byte after the last; both are borders of characters.
        rule: index into `RULES`, `uint16[n]`.
        confidence: 0 to 100, `uint8[n]`.
    """

    row: Rows
    kind: npt.NDArray[np.uint8]
    start: Rows
    stop: Rows
    rule: npt.NDArray[np.uint16]
    confidence: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.row)

    @classmethod
    def of(cls, found: Iterable[Found]) -> Hits:
        """Pack tuples, in their order."""
        table = np.array(list(found), np.int64).reshape(-1, 6)
        types = (np.int32, np.uint8, np.int32, np.int32, np.uint16, np.uint8)
        return cls(*(table[:, i].astype(t) for i, t in enumerate(types)))

    @classmethod
    def concat(cls, parts: Sequence[Hits]) -> Hits:
        """All entries of all parts, one part after the other."""
        if not parts:
            return cls.of(())
        names = [field.name for field in fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def take(self, which: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Hits:
        """The entries that `which` picks."""
        return Hits(*(getattr(self, field.name)[which] for field in fields(Hits)))

    def counts(self, rows: int) -> npt.NDArray[np.int64]:
        """Hits of each kind in each text, `int64[rows, len(KINDS)]`."""
        table = np.zeros((rows, len(KINDS)), np.int64)
        np.add.at(table, (self.row, self.kind), 1)
        return table

    def names(self) -> list[str]:
        """Name of each entry's kind."""
        return [KINDS[kind].name for kind in self.kind]


def resolve(hits: Hits) -> Hits:
    """Sort by row and start, and keep one of those that overlap.

    The surer one stays, then the longer, then the one whose kind comes first in `KINDS`.
    """
    size = hits.stop.astype(np.int64) - hits.start
    order = np.lexsort((hits.rule, hits.kind, -size, -hits.confidence.astype(np.int64), hits.row))
    kept: list[int] = []
    starts: list[int] = []  # of what stays in the row, sorted, with its ends
    stops: list[int] = []
    row = -1
    for i in order.tolist():
        if hits.row[i] != row:
            row, starts, stops = int(hits.row[i]), [], []
        start, stop = int(hits.start[i]), int(hits.stop[i])
        at = bisect.bisect_left(starts, start)
        if (at == 0 or stops[at - 1] <= start) and (at == len(starts) or stop <= starts[at]):
            kept.append(i)
            starts.insert(at, start)
            stops.insert(at, stop)
    chosen = hits.take(np.array(kept, np.int64))
    return chosen.take(np.lexsort((chosen.start, chosen.row)))
