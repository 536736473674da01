"""Sorted runs that are larger than memory together, taken range by range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int64]
Numbers = npt.NDArray[Any]

#: A range of rows for each run: where it starts and where it stops.
Range = tuple[Positions, Positions]


def ranges(runs: Sequence[Numbers], limit: int) -> list[Range]:
    """Cut sorted runs at the same values into ranges of at most `limit` rows, in order of values.

    Rows of one value are never cut apart: a range of one value may have more.
    """
    found: list[Range] = []
    waiting: list[Range] = [
        (np.zeros(len(runs), np.int64), np.array([len(run) for run in runs], np.int64))
    ]
    while waiting:
        starts, stops = waiting.pop()
        rows = int((stops - starts).sum())
        if rows == 0:
            continue
        low, high = _ends(runs, starts, stops) if rows > limit else (0, 0)
        if low == high:
            found.append((starts, stops))
            continue
        middle = low + (high - low) // 2
        cuts = starts.copy()
        for i in np.flatnonzero(stops > starts).tolist():
            value = runs[i].dtype.type(middle)
            cuts[i] += np.searchsorted(runs[i][starts[i] : stops[i]], value, "right")
        waiting += [(cuts, stops), (starts, cuts)]
    return found


def _ends(runs: Sequence[Numbers], starts: Positions, stops: Positions) -> tuple[int, int]:
    """Least and greatest value of a range that has rows."""
    inside = np.flatnonzero(stops > starts).tolist()
    return (
        min(int(runs[i][starts[i]]) for i in inside),
        max(int(runs[i][stops[i] - 1]) for i in inside),
    )


def ordering(words: npt.NDArray[np.uint64]) -> Positions:
    """The stable order of 64-bit hashes, at a fraction of the time of `numpy.argsort`.

    Each hash gives its low bits to its own position; what is left of it decides nearly always. The
    time doesn't depend on how many sorted pieces the hashes are made of, as NumPy's would.
    """
    low = np.uint64(max(len(words) - 1, 1).bit_length())
    packed = words >> low << low | np.arange(len(words), dtype=np.uint64)
    packed.sort()
    order = (packed & ((np.uint64(1) << low) - np.uint64(1))).astype(np.int64)
    ordered = words[order]
    if np.any(ordered[1:] < ordered[:-1]):  # some differ only in the bits that were given away
        equal = ordered[1:] >> low == ordered[:-1] >> low
        several = np.append(equal, False) | np.append(False, equal)
        here = order[several]
        order[several] = here[np.argsort(words[here], kind="stable")]
    return order


@dataclass(frozen=True, slots=True)
class PairRun:
    """Pairs of numbers in a file of their own, sorted: all left ones, then all right ones."""

    path: Path
    rows: int

    @classmethod
    def write(cls, path: Path, left: Positions, right: Positions) -> PairRun:
        """Put sorted pairs on disk."""
        with path.open("wb") as stream:
            left.tofile(stream)
            right.tofile(stream)
        return cls(path, len(left))

    def side(self, side: int) -> Positions:
        """One side, memory-mapped."""
        offset = side * self.rows * 8
        return np.memmap(self.path, np.int64, "r", offset, (self.rows,))

    def read(self, start: int, stop: int) -> tuple[Positions, Positions]:
        """Pairs of some rows, copied (pages of a memory map would stay in memory)."""
        left, right = (
            np.fromfile(self.path, np.int64, stop - start, offset=(side * self.rows + start) * 8)
            for side in range(2)
        )
        return left, right


def unique(left: Positions, right: Positions) -> tuple[Positions, Positions]:
    """Sort pairs, each once."""
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    new = np.ones(len(left), np.bool_)
    new[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    return left[new], right[new]


def merged(runs: Sequence[PairRun], limit: int) -> Iterator[tuple[Positions, Positions]]:
    """The pairs of all runs, sorted, each once, at most `limit` rows (of all runs) at a time."""
    for starts, stops in ranges([run.side(0) for run in runs], limit):
        if (stops - starts).sum() <= limit:
            yield _joined(runs, starts, stops)
            continue
        # one left number with more rows than fit: cut by the right one
        rights = [run.side(1)[a:b] for run, a, b in zip(runs, starts, stops, strict=True)]
        for low, high in ranges(rights, limit):
            yield _joined(runs, starts + low, starts + high)


def _joined(
    runs: Sequence[PairRun], starts: Positions, stops: Positions
) -> tuple[Positions, Positions]:
    inside = np.flatnonzero(stops > starts).tolist()
    pairs = [runs[i].read(int(starts[i]), int(stops[i])) for i in inside]
    return unique(np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs]))
