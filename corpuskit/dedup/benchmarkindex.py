"""The n-grams of benchmark items, laid out for `corpuskit.kernels.contamination`.

An item is its parts: question, choices, answer. Its n-grams are those of each part by itself, so
that nothing hangs on what stands between the parts in a document. The share of an item is that of
all its parts, or of its question alone where that is higher.

- A part shorter than n counts as one n-gram more, found where it follows the part before.
- An item of short parts only is taken as one text; if that is shorter than n, it must be found
  whole, and below `shortest` it is left out and counted.
- An n-gram that more than `COMMON` items share tells none of them and counts for none; an item
  that has no other is left out and counted.
- Of items with equal parts the first one stands for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from corpuskit.dedup.benchmarks import Reading
from corpuskit.dedup.folding import fold_all, tables
from corpuskit.kernels.buffers import Bytes, Offsets, Words
from corpuskit.kernels.contamination import find_hits
from corpuskit.kernels.folding import Long, Points, Short
from corpuskit.kernels.grams import Table, fill_bitmap, find_touched, hash_grams

COMMON = 32
"""Most items that an n-gram may tell."""

_LEAST, _MOST = 1 << 12, 1 << 28  # bits of the bitmap


@dataclass
class _Layout:
    """Items as pieces, while they are laid out; rows of the kernels' tables."""

    items: list[list[int]] = field(default_factory=list)
    pieces: list[tuple[int, int, int, int]] = field(default_factory=list)  # + item, asked
    wholes: list[tuple[int, int]] = field(default_factory=list)  # start, item
    smalls: list[tuple[int, int, int]] = field(default_factory=list)  # start, stop, after piece
    short: int = 0


@dataclass(frozen=True)
class Index:
    """What documents are asked about.

    Attributes:
        names: benchmark and name of each item.
        counts: items in all, equal to an earlier one, too short, with common n-grams only.
    """

    names: tuple[tuple[str, str], ...]
    counts: dict[str, int]
    widths: Long
    bitmap: Words
    hashes: Words
    buckets: Table
    posting_ends: Long
    postings: Table
    text: Points
    grams: Table
    items: Long
    pieces: Long
    smalls: Long
    folds: tuple[Short, Short]

    def touched(self, data: Bytes, offsets: Offsets) -> npt.NDArray[np.bool_]:
        """Which of n texts have any n-gram of an item."""
        out = np.zeros(len(offsets) - 1, np.bool_)
        find_touched(
            data, offsets, *self.folds, self.widths, self.bitmap, self.hashes, self.buckets, out
        )
        return out

    def hits(self, data: Bytes, offsets: Offsets, rows: Long, overlap: float, longest: int) -> Long:
        """The hits in some of the texts; columns as `contamination.find_hits` gives them."""
        return find_hits(
            data, offsets, rows, *self.folds, self.widths, self.bitmap, self.hashes, self.buckets,
            self.posting_ends, self.postings, self.text, self.grams, self.items, self.pieces,
            self.smalls, overlap, longest,
        )  # fmt: skip


def build(readings: Sequence[Reading], n: int, shortest: int) -> Index:
    """Index the items of benchmarks by n-grams of `n` folded characters."""
    names = [(r.name, item.name) for r in readings for item in r.items]
    parts = [(item.parts, item.asked) for r in readings for item in r.items]
    text, ends = fold_all([part for one, _ in parts for part in one])
    layout, equal = _laid_out(parts, text, ends, n, shortest)
    grams, widths = _grams(layout, n, shortest)
    sums = np.empty(len(grams), np.uint64)
    hash_grams(text, np.ascontiguousarray(grams[:, 0]), widths, sums)
    keep = ~_common(sums, grams[:, 1])
    grams, sums = grams[keep], sums[keep]
    if len(grams) > 1:
        follows = (np.diff(grams[:, 0]) == 1) & (np.diff(grams[:, 3]) == 0)
        grams[1:, 2] = follows & (grams[1:, 3] >= 0)
    items = np.array(layout.items, np.int64).reshape(-1, 6)
    items[:, 0] = np.bincount(grams[:, 1], minlength=len(items))[: len(items)]
    items[:, 5] = np.bincount(grams[:, 1], grams[:, 4], len(items))
    planned = {piece[2] for piece in layout.pieces} | {item for _, item in layout.wholes}
    common = sum(1 for item in planned if items[item, 0] == 0)
    counts = {"items": len(names), "equal": equal, "short": layout.short, "common": common}
    pieces = np.array([p[:2] for p in layout.pieces], np.int64).reshape(-1, 2)
    return Index(
        names=tuple(names),
        counts=counts,
        widths=np.array([n, shortest] if layout.wholes and shortest < n else [n], np.int64),
        **_lookup(sums),
        text=text if len(text) else np.zeros(1, np.uint32),
        grams=np.ascontiguousarray(grams),
        items=items,
        pieces=pieces,
        smalls=_smalls(layout, grams),
        folds=tables(),
    )


def _laid_out(
    parts: Sequence[tuple[Sequence[str], int]], text: Points, ends: Long, n: int, shortest: int
) -> tuple[_Layout, int]:
    """Items as pieces; and how many were equal to an earlier one."""
    layout = _Layout()
    seen: set[tuple[bytes, ...]] = set()
    equal, at = 0, 0
    bounds = ends.tolist()
    for number, (one, asked) in enumerate(parts):
        spans = list(
            zip(bounds[at : at + len(one)], bounds[at + 1 : at + 1 + len(one)], strict=True)
        )
        question = bounds[at + asked]
        at += len(one)
        spans = [(start, stop) for start, stop in spans if stop > start]
        key = tuple(text[start:stop].tobytes() for start, stop in spans)
        length = sum(stop - start for start, stop in spans)
        layout.items.append([0, 0, length, len(layout.smalls), len(layout.smalls), 0])
        if key in seen:
            equal += 1
            continue
        seen.add(key)
        _place(layout, number, spans, question, n, shortest)
    return layout, equal


def _place(
    layout: _Layout, number: int, spans: list[tuple[int, int]], question: int, n: int, shortest: int
) -> None:
    row = layout.items[number]
    length = row[2]
    if any(stop - start >= n for start, stop in spans):
        after = -1
        for start, stop in spans:
            if stop - start >= n:
                after = len(layout.pieces)
                layout.pieces.append((start, stop, number, int(stop <= question)))
            else:
                layout.smalls.append((start, stop, after))
        row[4] = len(layout.smalls)
    elif length >= n:  # the parts of an item lie side by side
        layout.pieces.append((spans[0][0], spans[-1][1], number, 0))
    elif length >= shortest:
        row[1] = length
        layout.wholes.append((spans[0][0], number))
    else:
        layout.short += 1


def _grams(layout: _Layout, n: int, shortest: int) -> tuple[Table, Long]:
    """Rows of grams (place, item, 0, piece or -1 where an item matches whole, asked), lengths."""
    pieces = np.array(layout.pieces, np.int64).reshape(-1, 4)
    counts = pieces[:, 1] - pieces[:, 0] - n + 1
    total = int(counts.sum())
    before = np.cumsum(counts) - counts
    place = np.arange(total) + np.repeat(pieces[:, 0] - before, counts)
    wholes = np.array(layout.wholes, np.int64).reshape(-1, 2)
    grams = np.zeros((total + len(wholes), 5), np.int32)
    grams[:total, 0], grams[total:, 0] = place, wholes[:, 0]
    grams[:total, 1], grams[total:, 1] = np.repeat(pieces[:, 2], counts), wholes[:, 1]
    grams[:total, 3], grams[total:, 3] = np.repeat(np.arange(len(pieces)), counts), -1
    grams[:total, 4] = np.repeat(pieces[:, 3], counts)
    widths = np.full(len(grams), n, np.int64)
    widths[total:] = shortest
    return grams, widths


def _common(sums: Words, items: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which grams more than `COMMON` items share."""
    order = np.lexsort((items, sums))
    here, who = sums[order], items[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = here[1:] != here[:-1]
    other = new.copy()
    other[1:] |= who[1:] != who[:-1]
    group = np.cumsum(new) - 1
    crowd = np.bincount(group, weights=other, minlength=1)
    out = np.zeros(len(order), np.bool_)
    out[order] = crowd[group] > COMMON if len(order) else False
    return out


def _mixed(words: Words) -> Words:
    for shift, factor in ((33, 0xFF51AFD7ED558CCD), (33, 0xC4CEB9FE1A85EC53)):
        words = (words ^ (words >> np.uint64(shift))) * np.uint64(factor)
    return words ^ (words >> np.uint64(33))


def _lookup(sums: Words) -> dict[str, Any]:
    """Bitmap, sorted hashes with buckets by their top bits, and the grams of each hash."""
    keys = _mixed(sums)
    order = np.argsort(keys, kind="stable")
    hashes, first = np.unique(keys[order], return_index=True)
    size = 2
    while size < len(hashes):
        size *= 2
    top = hashes >> np.uint64(64 - size.bit_length() + 1)
    bits = _LEAST
    while bits < min(16 * len(hashes), _MOST):
        bits *= 2
    bitmap = np.zeros(bits // 64, np.uint64)
    fill_bitmap(sums, bitmap)
    return {
        "bitmap": bitmap,
        "hashes": hashes if len(hashes) else np.zeros(1, np.uint64),
        "buckets": np.searchsorted(top, np.arange(size + 1, dtype=np.uint64)).astype(np.int32),
        "posting_ends": np.append(first, len(order)).astype(np.int64),
        "postings": order.astype(np.int32),
    }


def _smalls(layout: _Layout, grams: Table) -> Long:
    """Short parts with the last gram of the piece before, -1 where there is none."""
    out = np.array(layout.smalls, np.int64).reshape(-1, 3)
    piece = grams[:, 3][grams[:, 3] >= 0]
    last = np.searchsorted(piece, out[:, 2], side="right") - 1
    known = (out[:, 2] >= 0) & (last >= 0)
    known[known] = piece[last[known]] == out[known, 2]
    out[:, 2] = np.where(known, last, -1)
    return out
